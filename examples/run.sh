#!/bin/sh
# Runs the job of one language in an empty project of its own: copies the example, installs
# the package that `make clients` built, and runs it against the sandbox of `make run`, or
# against SIPFACADE_GRPC (host:port), SIPFACADE_JSON and SIPFACADE_ADMIN (URLs).
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

# quiet: what installs says is only of interest if it fails.
quiet() {
	"$@" >install.log 2>&1 || { cat install.log >&2; exit 1; }
}

# built: the one file that make clients built under this name.
built() {
	[ -f "$1" ] || { echo "$1 is missing: run make clients first" >&2; exit 1; }
	echo "$1"
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
	quiet go build -mod=mod -o job .
	exec ./job "$@"
	;;
java)
	version=$(built "$packages"/sipfacade-client-*.pom | sed 's/.*sipfacade-client-\(.*\)\.pom/\1/')
	quiet mvn -q -B -Dmaven.repo.local="$root/.cache/m2" -Dsipfacade.version="$version" package
	exec java -cp "target/classes:target/dependency/*" job.Job "$@"
	;;
python)
	package=$(built "$packages"/sipfacade-*.whl)
	quiet python3 -m venv venv
	quiet venv/bin/pip install --disable-pip-version-check -c "$root/clients/python/requirements.txt" "$package"
	exec venv/bin/python job.py "$@"
	;;
typescript)
	package=$(built "$packages"/sipfacade-*.tgz)
	quiet npm install --prefer-offline --no-audit --no-fund "$package"
	quiet npx tsc
	exec node dist/job.js "$@"
	;;
*)
	echo "there is no example for $language" >&2
	exit 2
	;;
esac
