package opentact

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// tokenHeader carries the JWT.
const tokenHeader = "X-Auth-Token"

// claims are those of the vendor's JWT.
type claims struct {
	UUID     string `json:"uuid"`
	IssuedAt int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}

func denied(message string) *failure {
	return &failure{status: http.StatusUnauthorized, message: message}
}

// login answers the user with a new token.
func (s *Server) login(c *call) (answer, error) {
	if !s.isLogin(c.request) {
		return answer{}, denied("Wrong email or password")
	}
	token := s.IssueToken()
	s.mu.Lock()
	defer s.mu.Unlock()
	owner, err := s.owner()
	if err != nil {
		return answer{}, err
	}
	user := s.view(owner, nested)
	for i := range user {
		if user[i].name == "token" {
			user[i].value = token
		}
	}
	return ok(user)
}

// IssueToken returns a JWT as the login does, valid from now on.
func (s *Server) IssueToken() string {
	now := s.options.Clock()
	content, _ := json.Marshal(claims{OwnerUUID, now.Unix(), now.Add(s.options.TokenTTL).Unix()}) // strings and numbers always can be marshaled
	unsigned := jwtHeader() + "." + encode(content)
	return unsigned + "." + s.sign(unsigned)
}

func jwtHeader() string { return encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) }

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (s *Server) sign(unsigned string) string {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(unsigned))
	return encode(mac.Sum(nil))
}

// authenticate takes the JWT or a static token in the header or `?jwt=`, a
// static token in `?bearer=`, and, as documented, Basic on every call.
func (s *Server) authenticate(r *http.Request) (*record, error) {
	query := r.URL.Query()
	for _, token := range []string{r.Header.Get(tokenHeader), query.Get("jwt")} {
		if token != "" {
			return s.userOf(token)
		}
	}
	bearer := query.Get("bearer")
	if bearer != "" && !s.isStatic(bearer) || bearer == "" && !s.isLogin(r) {
		return nil, denied("Unauthorized")
	}
	return s.lockedOwner()
}

func (s *Server) userOf(token string) (*record, error) {
	if s.isStatic(token) {
		return s.lockedOwner()
	}
	granted, valid := s.verify(token)
	if !valid {
		return nil, denied("Invalid token")
	}
	if now := s.options.Clock(); !now.Before(time.Unix(granted.Expires, 0)) {
		return nil, denied("Token expired")
	}
	return s.lockedOwner()
}

// verify checks a token's signature. The signature covers the header, so a token
// cannot name another algorithm.
func (s *Server) verify(token string) (granted claims, valid bool) {
	at := strings.LastIndexByte(token, '.')
	if at < 0 || !equal(token[at+1:], s.sign(token[:at])) {
		return claims{}, false
	}
	_, payload, _ := strings.Cut(token[:at], ".")
	content, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil || json.Unmarshal(content, &granted) != nil {
		return claims{}, false
	}
	return granted, true
}

func (s *Server) isStatic(token string) bool {
	for _, known := range s.options.Tokens {
		if equal(token, known) {
			return true
		}
	}
	return false
}

func (s *Server) isLogin(r *http.Request) bool {
	email, password, given := r.BasicAuth()
	return given && equal(email, s.options.Email) && equal(password, s.options.Password)
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// owner returns the person who owns every credential of the sandbox.
func (s *Server) owner() (*record, error) { return s.find(people, OwnerUUID) }

func (s *Server) lockedOwner() (*record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.owner()
}
