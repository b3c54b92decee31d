package main

import (
	"fmt"
	"regexp"
	"strconv"
)

// described is what `git describe --tags --always --dirty` says: the tag, and how many
// commits came after it.
var described = regexp.MustCompile(`^v(\d+)\.(\d+)\.(\d+)(?:-rc\.(\d+))?(?:-(\d+)-g[0-9a-f]+)?(?:-dirty)?$`)

// versions is one version in the spelling of each registry.
type versions struct{ npm, pypi, maven string }

// String returns the three as assignments of a shell.
func (v versions) String() string {
	return fmt.Sprintf("NPM=%s\nPYPI=%s\nMAVEN=%s\n", v.npm, v.pypi, v.maven)
}

// parseVersion turns what git describes into versions. A commit after a tag is a development
// version of the next patch; without a tag it is a version of 0.0.0.
func parseVersion(text string) versions {
	match := described.FindStringSubmatch(text)
	if match == nil {
		return development("0.0.0", "0")
	}
	major, minor, patch, candidate, ahead := match[1], match[2], match[3], match[4], match[5]
	if ahead != "" && candidate == "" {
		patch = next(patch)
	}
	release := fmt.Sprintf("%s.%s.%s", major, minor, patch)
	switch {
	case ahead != "":
		return development(release, ahead)
	case candidate != "":
		return versions{release + "-rc." + candidate, release + "rc" + candidate, release + "-rc." + candidate}
	}
	return versions{release, release, release}
}

func development(release, ahead string) versions {
	return versions{release + "-dev." + ahead, release + ".dev" + ahead, release + "-SNAPSHOT"}
}

func next(patch string) string {
	number, err := strconv.Atoi(patch)
	if err != nil {
		return patch
	}
	return strconv.Itoa(number + 1)
}
