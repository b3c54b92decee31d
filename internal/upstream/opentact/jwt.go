package opentact

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// lifeOf reads from the `exp` of a JWT how long it is valid. The token is not
// verified: this only says when to fetch the next one. It was issued just now, so if
// the end is in the past, a clock is wrong and the end is not used.
func lifeOf(token string, now time.Time) time.Duration {
	seconds := expiresClaim(token) - float64(now.Unix())
	if seconds <= 0 {
		return assumedLife
	}
	return time.Duration(min(seconds, longestLife.Seconds()) * float64(time.Second))
}

// expiryOf returns when a JWT says that it ends; zero if it does not say so, or not in a
// year that has four digits.
func expiryOf(token string) time.Time {
	seconds := expiresClaim(token)
	if seconds <= 0 || seconds > lastSecond {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}

// lastSecond is the last one of the year 9999.
const lastSecond = 253_402_300_799

// expiresClaim returns the `exp` of a JWT; 0 if it has none.
func expiresClaim(token string) float64 { return claimOf[float64](token, "exp") }

// OwnerOf returns the uuid of the user that a JWT was issued to, "" if it does not say so. It
// stays when the JWT is renewed. The token is not verified, so anybody can make one that names
// another user: only that of the service itself may be asked.
func OwnerOf(token string) string { return claimOf[string](token, "uuid") }

// claimOf returns a claim of a JWT; the zero value if it has none of that type.
func claimOf[Claim any](token, name string) (claim Claim) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return claim
	}
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return claim
	}
	var claims map[string]json.RawMessage
	if json.Unmarshal(text, &claims) == nil {
		_ = json.Unmarshal(claims[name], &claim) // otherwise it stays zero
	}
	return claim
}
