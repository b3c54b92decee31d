package secret

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// namesOfSecrets are read by case, by separators, and run together.
var namesOfSecrets = strings.Fields(`
	password Password PASSWORD userPassword user_password passwordHash password2 newpassword sipPassword mypasswordvalue
	Passwd passwd pwd PWD userPwd user-pwd passphrase pass_phrase PassPhrase passcode pass auth_pass authPass sip.pass userpass
	pass_word pass-key passwordRequiredToken
	pin PIN Pin pins PINs userPIN userPin user_pin userpin USERPIN voicemail_pin voicemailPin voicemailpin PIN_CODE pincode PINcode
	userPINcode USERPINCODE hotdeskPin hotdeskpin pin1 user.pin ext-pin
	secret secrets clientSecret client_secret clientsecret CLIENTSECRET secretKey secret_key secretkey sharedsecret
	token Token tokens accessToken access_token accesstoken accessTOKEN auth_token pbxDeviceToken X-Auth-Token oauth2Token
	refreshtoken next_page_token csrftoken tokenid
	apiKey api_key apikey APIKEY APIKeys api-key x-api-key ApiKey myAPIKey privateKey private_key privatekey PRIVATE_KEY
	accessKey accessKeyId encryption_key signingKey session_keys preSharedKey master.key sshkey
	credential credentials userCredentials credentialId awscredentials cred creds
	Authorization authorization Proxy-Authorization
	ha1 HA1 ha1b HA1B Ha1b sip_ha1 sipHa1 sipHA1B sip_ha1b ha1Hash userha1 psk jwt idJwt otp cookie Set-Cookie
	pw PW sipPw sip_pw userpw userPW hashedPw hashedpw pw2 vmpin vmPin VMPIN vm_pin mobilepin mobile_pin
	authCode auth_code authcode AUTHCODE auth-hash ha2 sip_ha2 HA2
	class4_ingress.trunk[password] params.api_key ключ_token éclairToken`)

// namesOfOthers look like names of secrets, or name something about one.
var namesOfOthers = strings.Fields(`
	pinned unpinned shipping spin Spin keypad keypad_digit monkey tokenize tokenizer tokenized Tokenization passenger
	compass bypass byPass by_pass bypass_media BYPASS_MEDIA high_pass allpass passive passing passport passThrough pass_through
	author authors authority authorized authorUrl auth auth_type authName auth_user opinion happiness mapping typing ping pinball
	secretary secretariat passwordless passwordRequired password_length PASSWORD_POLICY token_type tokenExpires pinEnabled
	key keys keyName publicKey public_key ssh_public_key primaryKey foreign_key sort_key turkey hockey key_frames keyboard
	user userId username login name description displayName domain email phone port siteCode access_code area_code country_code
	dashboard hotdeskAllowed ringStrategy createDatetime codec unicode credit accredited creditLimit sacred scared
	pwdless upward vm vmEnabled vmEmail mobileNumber mobileFollow mobilePhone pwLength authCodeRequired authored accessCode accesscode
	a1 A1 digest_uri hashed
	class4_ingress_trunk_id call_limit hash md5 realm nonce digest x a 1 hapless`)

func TestName(t *testing.T) {
	t.Parallel()
	for _, name := range namesOfSecrets {
		if !Name(name) {
			t.Errorf("%s is not the name of a secret", name)
		}
	}
	for _, name := range append(namesOfOthers, "", "_", "-.-", "\xff", "пин") {
		if Name(name) {
			t.Errorf("%s is the name of a secret", name)
		}
	}
}

// TestRoots: a word that names a secret has a root, or no name with it is looked at.
func TestRoots(t *testing.T) {
	t.Parallel()
	for word, class := range words {
		if names := class == secretWord || class == keyWord || class == pass; names && !hasRoot([]byte(word)) {
			t.Errorf("%s has no root", word)
		}
	}
	for _, stem := range stems {
		if !hasRoot([]byte(stem.text)) {
			t.Errorf("%s has no root", stem.text)
		}
	}
}

// TestNameLong: a name of any length is read to its end.
func TestNameLong(t *testing.T) {
	t.Parallel()
	for _, long := range []string{strings.Repeat("settings_", 1000), strings.Repeat("é", 1000) + "_", strings.Repeat("X", 999) + "."} {
		if Name(long) || !Name(long+"password") || !Name("apiKey."+long) {
			t.Errorf("%.20s… is misread", long)
		}
	}
	if hostile := strings.Repeat("pass", 9) + "wor"; Name(hostile + "x") {
		t.Error("what cannot be split is split")
	}
}

// TestNameAllocations counts allocations, and so does not run beside other tests.
func TestNameAllocations(t *testing.T) {
	for _, name := range []string{"displayName", "class4_ingress_trunk_settings", "hotdeskpinnable", "passwordRequired", "KEYPAD"} {
		if allocations := testing.AllocsPerRun(100, func() { _ = Name(name) }); allocations != 0 {
			t.Errorf("%v allocations for %s", allocations, name)
		}
	}
}

// FuzzName: nothing panics. Without case only less can be told than with it: what is a
// secret in lower case is one in upper case, and separators do not matter.
func FuzzName(f *testing.F) {
	for _, name := range append(namesOfSecrets, namesOfOthers...) {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := Name(name)
		for _, other := range []string{"-" + name, name + "_", strings.ReplaceAll(name, "_", "-"), strings.ReplaceAll(name, ".", "__")} {
			if Name(other) != got {
				t.Errorf("%q: %t, %q: %t", name, got, other, !got)
			}
		}
		if !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsUpper) {
			return
		}
		if upper := strings.Map(asciiUpper, name); Name(upper) != got {
			t.Errorf("%q: %t, %q: %t", name, got, upper, !got)
		}
	})
}

func asciiUpper(r rune) rune {
	if 'a' <= r && r <= 'z' {
		return r - 'a' + 'A'
	}
	return r
}

func BenchmarkName(b *testing.B) {
	for _, name := range []string{"displayName", "class4_ingress_trunk_settings", "voicemail_pin"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_ = Name(name)
			}
		})
	}
}
