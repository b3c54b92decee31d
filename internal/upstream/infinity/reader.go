package infinity

import (
	"bytes"
	"math"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/sipfacade/sipfacade/internal/secret"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// Kind is how the rows of one kind are read.
type Kind[M any] struct {
	// IDs are the names under which rows and creates carry the row's id, the most
	// probable first: the vendor documents few of its rows.
	IDs []string
	// OtherIDs are the names of the ids that rows carry beside their own.
	OtherIDs []string
	// Member reads the value of one member into m, or moves over it.
	Member func(r *Reader, name []byte, m *M) error
	// Aliases are the further names of fields, the most probable first. Alias reads the value
	// under one of them into m if the field has none.
	Aliases []string
	Alias   func(r *Reader, name []byte, m *M) error
	// Reset empties a row that the next one is read into.
	Reset func(m *M)
	// Finish completes a row whose members have been read; nil if nothing is to be done.
	Finish func(r *Reader, m *M)
}

// finish completes a row whose members have been read: an alias only fills a field that is
// empty, wherever in the row it stands.
func (k Kind[M]) finish(r *Reader, m *M) {
	r.body = nil // what follows was kept
	for _, name := range k.Aliases {
		for _, r.member = range r.later {
			if r.member.Name == name {
				_ = k.Alias(r, []byte(name), m) // its value has been read, so nothing fails
			}
		}
	}
	if k.Finish != nil {
		k.Finish(r, m)
	}
}

// Keep takes a row of a list as soon as it has been read. It returns a row that is not needed any
// more, or nil. The next row is read into the returned one, so nothing of that row, not even its
// texts, may be used afterwards.
type Keep[M any] func(row *M) (spare *M)

// Reader reads the values of a row into the fields of a message: out of the body of an
// answer, or out of a Row. It is not safe for concurrent use.
type Reader struct {
	body   *tolerant.Reader // nil if a Row is read
	member Member           // the member of the Row that is read
	slabs  *tolerant.Slabs
	zone   *time.Location
	// members counts the members of the row that are not named like secrets.
	members int
	// later are the members of the row under further names of fields.
	later []Member
	// refusal has those of the members that the vendor's refusals have, and no row is known to.
	refusal Row
	// drift counts what was not known or could not be read, in all rows.
	drift tolerant.Drift
}

// The methods below read the value at the place into a field. A value that is null, empty
// or cannot be read leaves the field as it is; one that cannot be read is counted under
// the name.

// Text reads a string; another value counts as its JSON text.
func (r *Reader) Text(at *string) error {
	text, ok, err := r.text()
	if ok {
		*at = text
	}
	return err
}

// OptionalText reads a string; another value counts as its JSON text.
func (r *Reader) OptionalText(at **string) error {
	text, ok, err := r.text()
	if ok {
		*at = r.slabs.Strings.Set(text)
	}
	return err
}

// HandedOver reads a secret that only the create of a row returns. In other answers it is skipped.
func (r *Reader) HandedOver(at **string) error {
	if r.body != nil {
		return r.body.Skip()
	}
	return r.OptionalText(at)
}

// Skip moves over a secret that callers write and never read.
func (r *Reader) Skip() error {
	if r.body != nil {
		return r.body.Skip()
	}
	return nil
}

// OptionalFlag reads a boolean: true, 1, "1", "yes", "on" and their opposites.
func (r *Reader) OptionalFlag(name string, at **bool) error {
	return optional(r, name, at, &r.slabs.Bools, tolerant.ParseFlag)
}

// OptionalNumber reads a whole number of 32 bits, also written as "7", 7.0 or true.
func (r *Reader) OptionalNumber(name string, at **int32) error {
	return optional(r, name, at, &r.slabs.Int32s, parseNumber)
}

// ID reads an id. Ids begin at 1, so that 0 means none.
func (r *Reader) ID(name string, at *uint32) error {
	value, ok, err := coerce(r, name, parseID)
	if ok {
		*at = value
	}
	return err
}

// OptionalID reads an id that a row need not have. Ids begin at 1, so that 0 means none.
func (r *Reader) OptionalID(name string, at **uint32) error {
	value, ok, err := coerce(r, name, parseID)
	if ok && value != 0 {
		*at = r.slabs.Uint32s.Set(value)
	}
	return err
}

// Parent sets a field to an id of the path. A row that states another one may be below
// another parent: that is counted under the name.
func (r *Reader) Parent(name string, at **uint32, id uint32) {
	switch {
	case *at == nil:
		*at = r.slabs.Uint32s.Set(id)
	case **at != id:
		r.countMisread(name)
		**at = id
	}
}

// Time reads a date-time, in the zone of the client's options if it states none. Zero
// dates count as none.
func (r *Reader) Time(name string, at **timestamppb.Timestamp) error {
	instant, ok, err := coerce(r, name, func(text []byte) (time.Time, bool) { return parseTime(text, r.zone) })
	if ok && !instant.IsZero() {
		*at = r.slabs.Time(instant)
	}
	return err
}

// Word reads one of the vendor's words for an enum. Another word is counted, and kept in
// the additional fields.
func Word[E ~int32](r *Reader, name string, at **E, value func(word string) (E, bool), additional *map[string]string) error {
	word, ok, err := r.text()
	if !ok {
		return err
	}
	if found, known := value(word); known {
		*at = &found
		return nil
	}
	shown := r.masked(word)
	r.drift.Add(tolerant.Finding{Difference: tolerant.UnknownWord, Member: name, Word: shown})
	keep(additional, name, shown)
	return nil
}

// Later keeps a member under a further name of a field until the row has been read.
func (r *Reader) Later(name []byte) error {
	text, _ := r.name(name)
	value, err := r.value()
	r.later = append(r.later, Member{Name: text, Value: value})
	return err
}

// Additional counts a member that no field takes and that is not known, and keeps it.
func (r *Reader) Additional(name []byte, additional *map[string]string) error {
	text, isSecret := r.name(name)
	if isSecret {
		return r.Skip()
	}
	r.drift.Add(tolerant.Finding{Difference: tolerant.UnknownMember, Member: text})
	if !ofRefusal(text) {
		return r.keepMember(text, additional)
	}
	value, err := r.value()
	r.refusal = append(r.refusal, Member{Name: text, Value: value})
	keep(additional, text, value.shown())
	return err
}

// refused returns the vendor's refusal, if the row is one.
func (r *Reader) refused() *upstream.Rejection {
	if len(r.refusal) < r.members {
		return nil
	}
	return r.refusal.refusal()
}

// Keep keeps a member that no field takes and that is known.
func (r *Reader) Keep(name []byte, additional *map[string]string) error {
	text, isSecret := r.name(name)
	if isSecret {
		return r.Skip()
	}
	return r.keepMember(text, additional)
}

// name returns the name of the member at the place. Of a Row, members with secret names have
// been left out before.
func (r *Reader) name(name []byte) (text string, isSecret bool) {
	if r.body == nil {
		return r.member.Name, false
	}
	known := r.body.Name(name)
	return known.Text, known.Secret
}

// keepMember keeps the value at the place as it came, but without what is secret.
func (r *Reader) keepMember(text string, additional *map[string]string) error {
	if plain, ok := r.plainText(); ok {
		keep(additional, text, r.masked(plain))
		return nil
	}
	value, err := r.value()
	if err == nil {
		keep(additional, text, value.shown())
	}
	return err
}

// keep adds a member to the additional fields, without the secrets that its text gives
// away.
func keep(additional *map[string]string, name, text string) {
	if *additional == nil {
		*additional = map[string]string{}
	}
	(*additional)[name] = secret.Text(text)
}

// masked returns the text of the value at the place without the secrets that the call sent.
func (r *Reader) masked(text string) string {
	if r.body == nil {
		return r.member.Value.shown()
	}
	return r.body.Mask(text)
}

// countMisread counts a value that could not be read.
func (r *Reader) countMisread(name string) {
	r.drift.Add(tolerant.Finding{Difference: tolerant.Misread, Member: name})
}

// text reads a value as text. Null and the empty string are none: ok is false.
func (r *Reader) text() (text string, ok bool, err error) {
	if text, ok = r.plainText(); ok {
		return text, text != "", nil
	}
	value, err := r.value()
	if err != nil || (Member{Value: value}).Empty() {
		return "", false, err
	}
	return value.Text, true, nil
}

// plainText reads the value in a body if it is a string without escapes, as most are.
func (r *Reader) plainText() (text string, ok bool) {
	if r.body == nil {
		return "", false
	}
	if text, ok = r.body.PlainText(); ok {
		r.members++
	}
	return text, ok
}

// value reads any value.
func (r *Reader) value() (Value, error) {
	r.members++
	if r.body == nil {
		return r.member.Value, nil
	}
	return readValue(r.body)
}

// optional stores a pointer to a value if there is one.
func optional[V any](r *Reader, name string, at **V, slab *tolerant.Slab[V], parse func(text []byte) (V, bool)) error {
	value, ok, err := coerce(r, name, parse)
	if ok {
		*at = slab.Set(value)
	}
	return err
}

// coerce reads a value from its text. Ok is false if there is none, or if it cannot be
// parsed: that is counted.
func coerce[V any](r *Reader, name string, parse func(text []byte) (V, bool)) (value V, ok bool, err error) {
	r.members++
	kind, text, err := r.scalar()
	switch {
	case err != nil || kind == 'n' || kind == '"' && len(text) == 0:
		return value, false, err
	case kind == '{' || kind == '[':
		r.countMisread(name)
		return value, false, r.Skip()
	}
	if value, ok = parse(bytes.TrimSpace(text)); !ok {
		r.countMisread(name)
	}
	return value, ok, nil
}

// scalar moves over a scalar and returns its text, which is valid until the next read.
func (r *Reader) scalar() (kind byte, text []byte, err error) {
	if r.body == nil {
		return r.member.Value.Kind, []byte(r.member.Value.Text), nil
	}
	return r.body.Scalar()
}

// parseNumber reads a whole number of 32 bits.
func parseNumber(text []byte) (int32, bool) {
	value, ok := tolerant.ParseInteger(text)
	return int32(value), ok && value >= math.MinInt32 && value <= math.MaxInt32
}

// parseID reads an id.
func parseID(text []byte) (uint32, bool) {
	value, ok := tolerant.ParseInteger(text)
	return uint32(value), ok && value >= 0 && value <= math.MaxUint32
}
