package secret

// class is what a word contributes to the meaning of a name.
type class uint8

const (
	unknown     class = iota
	plain             // says nothing; it is listed so that userpin can be read as two words
	owner             // makes a secret of a key that follows it
	auth              // is an owner, and makes a secret of a tail that follows it
	secretWord        // names a secret
	keyWord           // names a secret behind an owner
	pass              // names a secret at the end of a name, or before a tail
	tail              // makes a secret of the pass before it
	filter            // makes something else of the pass after it: high pass, by pass
	description       // at the end of a name: says something about a secret, but not the secret
)

// words are those that names are read by. Run-together names are only read if all
// their words are listed.
var words = map[string]class{
	"password": secretWord, "passwords": secretWord, "passwd": secretWord, "passwds": secretWord, "pwd": secretWord, "pwds": secretWord, "pw": secretWord,
	"passphrase": secretWord, "passphrases": secretWord, "passcode": secretWord, "passcodes": secretWord, "passkey": secretWord,
	"passkeys": secretWord, "pin": secretWord, "pins": secretWord, "secret": secretWord, "secrets": secretWord,
	"token": secretWord, "tokens": secretWord, "credential": secretWord, "credentials": secretWord, "cred": secretWord, "creds": secretWord,
	"authorization": secretWord, "ha1": secretWord, "ha1b": secretWord, "ha2": secretWord, "psk": secretWord, "jwt": secretWord, "otp": secretWord,
	"totp": secretWord, "cookie": secretWord, "cookies": secretWord,

	"key": keyWord, "keys": keyWord, "pass": pass,
	"word": tail, "words": tail, "phrase": tail, "phrases": tail, "code": tail, "codes": tail, "hash": tail, "hashes": tail, "wd": tail,
	"by": filter, "high": filter, "low": filter, "band": filter, "all": filter,

	"access": owner, "account": owner, "activation": owner, "aes": owner, "api": owner, "app": owner, "application": owner,
	"auth": auth, "client": owner, "crypto": owner, "decryption": owner, "encryption": owner, "hmac": owner, "license": owner,
	"master": owner, "private": owner, "rsa": owner, "server": owner, "service": owner, "session": owner, "shared": owner,
	"signing": owner, "srtp": owner, "ssh": owner, "ssl": owner, "tls": owner, "webhook": owner,

	"admin": plain, "agent": plain, "basic": plain, "bearer": plain, "caller": plain, "confirm": plain, "confirmation": plain,
	"conference": plain, "current": plain, "customer": plain, "database": plain, "db": plain, "default": plain, "desk": plain,
	"device": plain, "digest": plain, "domain": plain, "email": plain, "extension": plain, "gateway": plain, "group": plain,
	"hashed": plain, "hot": plain, "hotdesk": plain, "http": plain, "id": plain, "invite": plain, "line": plain, "login": plain, "mail": plain,
	"mobile": plain, "my": plain, "new": plain, "number": plain, "oauth": plain, "old": plain, "outbound": plain, "pbx": plain, "peer": plain,
	"phone": plain, "portal": plain, "pre": plain, "proxy": plain, "queue": plain, "refresh": plain, "register": plain,
	"registration": plain, "reset": plain, "root": plain, "sip": plain, "smtp": plain, "text": plain, "trunk": plain,
	"user": plain, "username": plain, "value": plain, "vendor": plain, "vm": plain, "voice": plain, "voicemail": plain, "web": plain,

	"required": description, "enabled": description, "length": description, "policy": description, "type": description,
	"changed": description, "updated": description, "expires": description, "expired": description, "expiry": description,
	"expiration": description,
}

// roots are parts of names, by their first byte. Each name of a secret has at least one of them.
var roots = [256][]string{
	'a': {"auth"}, 'c': {"cred", "cookie"}, 'h': {"ha1", "ha2"}, 'j': {"jwt"}, 'k': {"key"}, 'o': {"otp"},
	'p': {"pass", "pw", "pin", "psk"}, 's': {"secret"}, 't': {"token"},
}

// stem is a part of a word that makes it the name of a secret, whatever is before and
// after it.
type stem struct {
	text string
	// unless are longer words that begin with the stem and name no secret.
	unless []string
}

// stems are for words that are run together with words that are not listed.
var stems = []stem{
	{text: "password", unless: []string{"passwordless"}},
	{text: "passwd"},
	{text: "passphrase"},
	{text: "secret", unless: []string{"secretar"}},
	{text: "token", unless: []string{"tokeniz", "tokenis"}},
	{text: "credential"},
	{text: "apikey"},
	{text: "privatekey"},
}
