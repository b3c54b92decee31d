package config

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// ByteSize is a number of bytes. It is written `1048576`, `64MiB` or `10MB`.
type ByteSize int64

// The units that people write, as powers of 1024.
const (
	KiB ByteSize = 1 << 10
	MiB ByteSize = 1 << 20
	GiB ByteSize = 1 << 30
)

type byteUnit struct {
	suffix string
	size   ByteSize
}

// byteUnits has the larger units first: String takes the first that divides,
// and `B` must not match before `MiB`.
func byteUnits() []byteUnit {
	return []byteUnit{
		{"GiB", GiB}, {"MiB", MiB}, {"KiB", KiB},
		{"GB", 1_000_000_000}, {"MB", 1_000_000}, {"kB", 1_000}, {"KB", 1_000},
		{"B", 1}, {"", 1},
	}
}

// UnmarshalText accepts a whole number with an optional unit.
func (b *ByteSize) UnmarshalText(text []byte) error {
	for _, unit := range byteUnits() {
		digits, ok := strings.CutSuffix(string(text), unit.suffix)
		if !ok {
			continue
		}
		count, err := strconv.ParseUint(strings.TrimSpace(digits), 10, 63)
		if err != nil || ByteSize(count) > math.MaxInt64/unit.size {
			break
		}
		*b = ByteSize(count) * unit.size
		return nil
	}
	return errors.New("must be a number of bytes such as 1048576 or 64MiB")
}

// String returns the size with the largest power of 1024 that divides it.
func (b ByteSize) String() string {
	for _, unit := range byteUnits()[:3] {
		if b != 0 && b%unit.size == 0 {
			return strconv.FormatInt(int64(b/unit.size), 10) + unit.suffix
		}
	}
	return strconv.FormatInt(int64(b), 10)
}
