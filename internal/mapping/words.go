package mapping

import (
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	_ "github.com/sipfacade/sipfacade/gen/sipfacade/v1" // links the contract
	"github.com/sipfacade/sipfacade/internal/contract"
)

// otherWords are the vendors' words that do not follow from the names of the values.
var otherWords = map[protoreflect.Name]string{
	"TRUNK_MEDIA_TYPE_BYPASS_MEDIA":            "Bypass Media",
	"TRUNK_MEDIA_TYPE_PROXY_MEDIA_TRANSCODING": "Proxy Media + Transcoding",
	"TRUNK_MEDIA_TYPE_PROXY_MEDIA":             "Proxy Media",
}

// words are the vendors' words for the values of the contract's enums.
var words = readWords()

// readWords returns the words of every enum of the contract. The value that says that nothing is
// stated has none.
func readWords() map[protoreflect.FullName]map[protoreflect.EnumNumber]string {
	read := map[protoreflect.FullName]map[protoreflect.EnumNumber]string{}
	protoregistry.GlobalFiles.RangeFilesByPackage(contract.Package, func(file protoreflect.FileDescriptor) bool {
		for i := range file.Enums().Len() {
			enum := file.Enums().Get(i)
			read[enum.FullName()] = wordsOf(enum)
		}
		return true
	})
	return read
}

// wordsOf returns the words of one enum by its values.
func wordsOf(enum protoreflect.EnumDescriptor) map[protoreflect.EnumNumber]string {
	found := map[protoreflect.EnumNumber]string{}
	for i := range enum.Values().Len() {
		value := enum.Values().Get(i)
		if value.Number() == 0 {
			continue
		}
		found[value.Number()] = otherWords[value.Name()]
		if found[value.Number()] == "" {
			found[value.Number()] = usualWord(enum, value)
		}
	}
	return found
}

// usualWord is the name of a value in camel case, without the name of its enum, which begins it:
// huntLongestIdle for PBX_RING_STRATEGY_HUNT_LONGEST_IDLE.
func usualWord(enum protoreflect.EnumDescriptor, value protoreflect.EnumValueDescriptor) string {
	ofEnum := strings.TrimSuffix(string(enum.Values().ByNumber(0).Name()), "UNSPECIFIED")
	parts := strings.Split(strings.ToLower(strings.TrimPrefix(string(value.Name()), ofEnum)), "_")
	for i, part := range parts[1:] {
		parts[i+1] = strings.ToUpper(part[:1]) + part[1:]
	}
	return strings.Join(parts, "")
}

// Word returns the vendor's word for the value of an enum, or "" if there is none.
func Word(enum protoreflect.FullName, value protoreflect.EnumNumber) string {
	return words[enum][value]
}

// Value returns the value of an enum for a vendor's word, ignoring its case and the space
// around it; ok is false for a word that no value has.
func Value(enum protoreflect.FullName, word string) (value protoreflect.EnumNumber, ok bool) {
	word = strings.TrimSpace(word)
	for value, known := range words[enum] {
		if strings.EqualFold(known, word) {
			return value, true
		}
	}
	return 0, false
}
