package tolerant

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/sipfacade/sipfacade/internal/secret"
)

// MaxFreeValues is how many values a free-form object may have, at any depth. In memory each
// takes many times what it has in the body.
const MaxFreeValues = 50_000

// ErrTooManyValues says that a free-form object has more values than the service accepts.
var ErrTooManyValues = fmt.Errorf("a free-form object has more than %d values", MaxFreeValues)

// BeginFree begins to count the values of a free-form object.
func (r *Reader) BeginFree() { r.free = 0 }

// CountFree counts a value of the free-form object at hand.
func (r *Reader) CountFree() error {
	if r.free++; r.free > MaxFreeValues {
		return ErrTooManyValues
	}
	return nil
}

// Struct reads an object whose members the vendor does not document, as it came, without
// secrets: members with secret names are dropped, and what texts give away is redacted.
// Null and {} leave the field as it is.
func (r *Reader) Struct(name string, at **structpb.Struct) error {
	r.BeginFree()
	return r.freeForm(name, at)
}

// freeForm is Struct for one of several objects that are counted together.
func (r *Reader) freeForm(name string, at **structpb.Struct) error {
	switch r.Kind() {
	case 'n':
		return r.Skip()
	case '{':
	default:
		return r.misread(name)
	}
	object, err := r.freeObject()
	if len(object.GetFields()) > 0 {
		r.kept++
		*at = object
	}
	return err
}

// Structs reads a list of free-form objects, or one that came without it. What is no
// object is a misread.
func (r *Reader) Structs(name string, at *[]*structpb.Struct) error {
	var list []*structpb.Struct
	element := func() error {
		var one *structpb.Struct
		err := r.freeForm(name, &one)
		if one != nil {
			list = append(list, one)
		}
		return err
	}
	r.BeginFree()
	read := element
	if r.Kind() == '[' {
		read = func() error { return r.Array(element) }
	}
	err := read()
	if len(list) > 0 {
		*at = list
	}
	return err
}

// freeObject reads any object.
func (r *Reader) freeObject() (*structpb.Struct, error) {
	fields := map[string]*structpb.Value{}
	err := r.Object(func(raw []byte) error {
		name := r.Name(raw)
		if name.Secret {
			return r.Skip()
		}
		value, err := r.freeValue()
		fields[name.Text] = value
		return err
	})
	return &structpb.Struct{Fields: fields}, err
}

// freeValue reads any value.
func (r *Reader) freeValue() (*structpb.Value, error) {
	if err := r.CountFree(); err != nil {
		return structpb.NewNullValue(), err
	}
	switch r.Kind() {
	case '{':
		object, err := r.freeObject()
		return structpb.NewStructValue(object), err
	case '[':
		list := &structpb.ListValue{}
		err := r.Array(func() error {
			value, err := r.freeValue()
			list.Values = append(list.Values, value)
			return err
		})
		return structpb.NewListValue(list), err
	default:
		return r.freeScalar()
	}
}

// freeScalar reads any scalar.
func (r *Reader) freeScalar() (*structpb.Value, error) {
	kind := r.Kind()
	raw, err := r.scanner.scalar()
	if err != nil {
		return structpb.NewNullValue(), err
	}
	switch kind {
	case 'n':
		return structpb.NewNullValue(), nil
	case 't', 'f':
		return structpb.NewBoolValue(kind == 't'), nil
	case '0':
		return r.freeNumber(raw), nil
	default:
		return r.Slabs.text(secret.Text(r.Mask(r.Slabs.Texts.Copy(r.unquote(raw))))), nil
	}
}

// freeNumber returns a float, or the digits as text if a float would change them.
func (r *Reader) freeNumber(digits []byte) *structpb.Value {
	value, err := strconv.ParseFloat(string(digits), 64)
	if err != nil || (math.Abs(value) >= 1<<53 && !bytes.ContainsAny(digits, ".eE")) {
		return r.Slabs.text(r.Slabs.Texts.Copy(digits))
	}
	return r.Slabs.number(value)
}

// Shown makes of a free-form object that a caller gave what a read of it shows: Struct
// leaves the same out, and writes the same otherwise.
func Shown(object *structpb.Struct) {
	for name, value := range object.GetFields() {
		if secret.Name(name) {
			delete(object.GetFields(), name)
			continue
		}
		shownValue(value)
	}
}

// shownValue is Shown for any value.
func shownValue(value *structpb.Value) {
	switch kind := value.GetKind().(type) {
	case *structpb.Value_StructValue:
		Shown(kind.StructValue)
	case *structpb.Value_ListValue:
		for _, element := range kind.ListValue.GetValues() {
			shownValue(element)
		}
	case *structpb.Value_StringValue:
		kind.StringValue = secret.Text(kind.StringValue)
	case *structpb.Value_NumberValue:
		if size := math.Abs(kind.NumberValue); size >= 1<<53 && size < withExponent {
			digits := strconv.FormatFloat(kind.NumberValue, 'f', -1, 64)
			value.Kind = &structpb.Value_StringValue{StringValue: digits}
		}
	}
}

// withExponent is the number from which on JSON is written with an exponent.
const withExponent = 1e21
