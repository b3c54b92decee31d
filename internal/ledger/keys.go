package ledger

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// keys derives names from identities and encrypts answers.
type keys struct {
	names  []byte      // of HMAC-SHA-256
	cipher cipher.AEAD // AES-256-GCM with random nonces
	check  hash        // the same for the same key
}

// keysFor derives the keys of a store. Entries in memory end with the process, so a random key is
// enough for them.
func keysFor(kind targetKind, secret []byte) (*keys, error) {
	if kind == inMemory {
		secret = make([]byte, minKeyBytes)
		_, _ = rand.Read(secret) // never fails
	}
	if len(secret) < minKeyBytes {
		return nil, fmt.Errorf("the ledger key must have %d bytes or more", minKeyBytes)
	}
	return newKeys(secret)
}

// newKeys derives independent keys from the secret.
func newKeys(secret []byte) (*keys, error) {
	names, err := hkdf.Key(sha256.New, secret, nil, "sipfacade ledger names", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("derive the key of names: %w", err)
	}
	answers, err := hkdf.Key(sha256.New, secret, nil, "sipfacade ledger answers", 32)
	if err != nil {
		return nil, fmt.Errorf("derive the key of answers: %w", err)
	}
	block, err := aes.NewCipher(answers)
	if err != nil {
		return nil, fmt.Errorf("make the cipher of answers: %w", err)
	}
	sealer, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("make the cipher of answers: %w", err)
	}
	k := &keys{names: names, cipher: sealer}
	k.check = k.hash("check")
	return k, nil
}

// entry names the entry of a key.
func (k *keys) entry(key Key) hash {
	return k.hash("entry", key.Caller, key.Credential, key.Method, key.RequestID)
}

// content names the content of a request, the same for all callers.
func (k *keys) content(key Key, content []byte) hash {
	return k.hash("content", key.Credential, key.Method, string(content))
}

// resource names a resource; none has the zero name.
func (k *keys) resource(resource Resource) hash {
	if resource == (Resource{}) {
		return hash{}
	}
	return k.hash("resource", resource.Scope, resource.ID)
}

// hash returns the HMAC of parts, each with its length so that parts cannot run together.
func (k *keys) hash(parts ...string) (sum hash) {
	mac := hmac.New(sha256.New, k.names)
	for _, part := range parts {
		_ = binary.Write(mac, binary.BigEndian, uint64(len(part))) // a hash accepts every write
		_, _ = mac.Write([]byte(part))
	}
	mac.Sum(sum[:0])
	return sum
}

// seal encrypts an answer for one entry.
func (k *keys) seal(of record, answer []byte) []byte {
	return k.cipher.Seal(nil, nil, answer, bound(of))
}

// open decrypts the answer of an entry.
func (k *keys) open(of record) ([]byte, error) {
	answer, err := k.cipher.Open(nil, nil, of.Answer, bound(of))
	if err != nil {
		return nil, fmt.Errorf("decrypt the stored answer: %w", err)
	}
	return answer, nil
}

// bound returns the associated data: an answer that is moved to another entry cannot be read.
func bound(to record) []byte { return append(to.ID[:], to.Content[:]...) }
