package infinity

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// text and literal are members as they come out of a row: a JSON string, or another
// JSON value with the kind of its first byte.
func text(name, value string) Member {
	return Member{Name: name, Value: Value{Kind: '"', Text: value}}
}

func literal(name, value string) Member {
	kind := value[0]
	if kind == '-' || kind >= '0' && kind <= '9' {
		kind = '0'
	}
	return Member{Name: name, Value: Value{Kind: kind, Text: value}}
}
