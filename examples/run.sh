#!/bin/sh
# Runs the job of one language in an empty project of its own: copies the example, installs
# the package, which is built if it has to be, and runs the job against the sandbox of
# `make run`, or against SIPFACADE_GRPC (host:port) and SIPFACADE_JSON (a URL).
# Usage: examples/run.sh curl|fetch|go|java|python|typescript [ARGUMENT…]
set -eu
language=$1
shift
root=$(cd "$(dirname "$0")/.." && pwd)
packages=$root/bin/clients
project=${PROJECT:-$root/.cache/examples/$language}
rm -rf "$project"
mkdir -p "$project"
cp -R "$root/examples/$language/." "$project"
cd "$project"

# quiet: runs a command, and shows what it prints only if it fails.
quiet() {
	"$@" >install.log 2>&1 || { cat install.log >&2; exit 1; }
}

# build: builds the packages of all languages that have changed.
build() {
	quiet make -s -C "$root" -f clients/Makefile
}

case $language in
curl)
	exec sh job.sh "$@"
	;;
fetch)
	exec node job.mjs "$@"
	;;
go)
	go mod edit -replace "github.com/sipfacade/sipfacade=$root"
	quiet go build -o job .
	exec ./job "$@"
	;;
java)
	build
	version=$(ls "$packages"/sipfacade-client-*.pom | sed 's/.*sipfacade-client-\(.*\)\.pom/\1/')
	quiet mvn -q -B -Dmaven.repo.local="$root/.cache/m2" -Dsipfacade.version="$version" package
	exec java -cp "target/classes:target/dependency/*" job.Job "$@"
	;;
python)
	build
	quiet python3 -m venv venv
	quiet venv/bin/pip install --disable-pip-version-check -c "$root/clients/python/requirements.txt" "$packages"/sipfacade-*.whl
	exec venv/bin/python job.py "$@"
	;;
typescript)
	build
	quiet npm install --prefer-offline --no-audit --no-fund --no-update-notifier --fetch-timeout=60000 "$packages"/sipfacade-*.tgz
	quiet node_modules/.bin/tsc
	exec node dist/job.js "$@"
	;;
*)
	echo "there is no example for $language" >&2
	exit 2
	;;
esac
