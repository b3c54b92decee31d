package opentact

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestObjectJSON(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 12, 31, 23, 59, 59, 987654321, time.FixedZone("", 3600))
	for _, c := range []struct {
		body Object
		want string
	}{
		{nil, `{}`},
		{Object{{"name", nil}}, `{"name":null}`},
		{Object{{"b", "x"}, {"a", "y"}}, `{"b":"x","a":"y"}`},
		{Object{{"name", "a\"b\\c\n<é>\u2028"}}, "{\"name\":\"a\\\"b\\\\c\\n<é>\u2028\"}"},
		{Object{{"name", ""}}, `{"name":""}`},
		{Object{{"is_active", false}, {"port", int32(5060)}, {"id", int64(math.MaxInt64)}}, `{"is_active":false,"port":5060,"id":9223372036854775807}`},
		{Object{{"rate", 0.05}, {"limit", 30.0}, {"small", 1e-9}}, `{"rate":0.05,"limit":30,"small":1e-9}`},
		{Object{{"expired_on", at}}, `{"expired_on":"2026-12-31T22:59:59.987Z"}`},
		{Object{{"add", []string{"a", "b"}}}, `{"add":["a","b"]}`},
		{Object{{"s", map[string]any{"z": 1.0, "a": []any{true, nil, "x"}, "m": map[string]any{}}}}, `{"s":{"a":[true,null,"x"],"m":{},"z":1}}`},
	} {
		got, err := c.body.JSON()
		if err != nil || string(got) != c.want {
			t.Errorf("%s, %v, want %s", got, err, c.want)
		}
	}
	for want, body := range map[string]Object{
		`write rate`:    {{"rate", math.NaN()}},
		`write limit`:   {{"limit", math.Inf(1)}},
		`write name`:    {{"name", "\xff"}},
		`write "a\xff"`: {{"a\xff", 1.0}},
	} {
		if got, err := body.JSON(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s, %v, want %s", got, err, want)
		}
	}
}
