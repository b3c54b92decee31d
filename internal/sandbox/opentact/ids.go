package opentact

import "fmt"

// Families of the seeded ids; docs/operations.md has all families in a table.
const (
	connectionFamily       = "5f1c2b3a"
	inviteFamily           = "14b17e00"
	sipUserFamily          = "0005e400"
	leaseFamily            = "1ea5e000"
	orderFamily            = "04de4000"
	appFamily              = "a9900000"
	messagingProfileFamily = "3e55a9e0"
	voiceProfileFamily     = "701ce000"
	callFamily             = "ca110000"
	accountFamily          = "acc00000"
	personFamily           = "0a5e4000"
)

// OwnerUUID is the person who logs in.
const OwnerUUID = personFamily + "-0000-4000-8000-000000000001"

// Secrets in the seeded entities, as in the vendor's. No reader of the sandbox may
// pass any of them on.
const (
	SecretPasswordHash  = "$2b$10$sandbox.secret.password.hash"
	SecretUserToken     = "sandbox-secret-user-token"
	SecretSIPPassword   = "sandbox-secret-sip-password"
	SecretTrunkPassword = "sandbox-secret-trunk-password"
)

// Secrets returns every secret value that an answer of a freshly seeded sandbox
// can hold, for tests that look for leaks. Invite tokens are not among them,
// because clients need them.
func Secrets() []string {
	all := []string{SecretPasswordHash, SecretUserToken, SecretTrunkPassword, SecretLeaked}
	return append(all, seededDigests()...)
}

func seedUUID(family string, n int) string { return fmt.Sprintf("%s-0000-4000-8000-%012d", family, n) }

// ConnectionUUID is the id of the n-th seeded SIP connection, from 1.
func ConnectionUUID(n int) string { return seedUUID(connectionFamily, n) }

// InviteUUID is the id of the n-th seeded SIP user invite, from 1.
func InviteUUID(n int) string { return seedUUID(inviteFamily, n) }

// SIPUserUUID is the id of the n-th seeded SIP user, from 1.
func SIPUserUUID(n int) string { return seedUUID(sipUserFamily, n) }

// LeaseUUID is the id of the n-th seeded TN lease, from 1.
func LeaseUUID(n int) string { return seedUUID(leaseFamily, n) }

// AppUUID is the id of the n-th seeded SIP control app, from 1.
func AppUUID(n int) string { return seedUUID(appFamily, n) }

// MessagingProfileUUID is the id of the n-th seeded messaging profile, from 1.
func MessagingProfileUUID(n int) string { return seedUUID(messagingProfileFamily, n) }

// VoiceProfileUUID is the id of the n-th seeded outbound voice profile, from 1.
func VoiceProfileUUID(n int) string { return seedUUID(voiceProfileFamily, n) }

// CallUUID is the id of the n-th seeded call, from 1.
func CallUUID(n int) string { return seedUUID(callFamily, n) }
