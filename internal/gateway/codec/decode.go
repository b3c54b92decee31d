package codec

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/limits"
	"github.com/sipfacade/sipfacade/internal/spelling"
)

// Report lists what the decoder found besides the values.
type Report struct {
	// Members are the proto names of the fields that the outermost object has, in
	// its order, those given as null included.
	Members []string
	// Nulls are those of the members that were given as null.
	Nulls []string
	// SnakeCase are the fields whose names the input has in snake_case, each once.
	SnakeCase []protoreflect.FieldDescriptor
	// Violations are what is wrong, in the order of the input; none when the
	// message was read whole.
	Violations []*errdetails.BadRequest_FieldViolation
	// Partial says that reading stopped before the end of the input.
	Partial bool
}

// decoder reads one message. It stops at the first thing that is wrong only if the
// input is not JSON, or exceeds a limit.
type decoder struct {
	codec        *Codec
	json         *jsontext.Decoder
	input        bytes.Buffer
	data         []byte
	path         []step
	root         int    // how much of the path is the caller's prefix
	seen         []bool // a stack: which fields of the messages being read were met
	elements     int    // messages, list elements and map entries read so far
	structValues int    // of the google.protobuf.Struct being read
	scratch      []byte
	stopped      bool
	report       Report
}

func newDecoder() *decoder {
	d := &decoder{}
	d.json = jsontext.NewDecoder(&d.input, jsontext.AllowDuplicateNames(true))
	return d
}

// Decode reads JSON into an empty message, which keeps nothing of data. Both
// spellings of a field name are accepted, null means absent except for
// google.protobuf.Value, and everything else must be as the contract says. Fields
// are named in violations by their path below the prefix.
//
// It accepts what protojson accepts, but refuses members given twice under both
// spellings and what package limits refuses; and it also accepts enum names without
// the prefix of their type, and snake_case names in field masks.
func (c *Codec) Decode(data []byte, message proto.Message, prefix string) Report {
	d, ok := c.decoders.Get().(*decoder)
	if !ok {
		d = newDecoder()
	}
	defer c.decoders.Put(d)
	d.reset(c, data, prefix)
	m := message.ProtoReflect()
	d.message(c.plan(m.Descriptor()), m)
	d.end()
	report := d.report
	report.Partial = d.stopped
	d.reset(nil, nil, "") // keep neither the input nor the report
	if cap(d.scratch) > maxPooledBuffer {
		d.scratch = nil
	}
	return report
}

func (d *decoder) reset(c *Codec, data []byte, prefix string) {
	*d = decoder{codec: c, json: d.json, data: data, path: d.path[:0], seen: d.seen[:0], scratch: d.scratch[:0]}
	if prefix != "" {
		d.path = append(d.path, step{name: prefix})
	}
	d.root = len(d.path)
	d.input = *bytes.NewBuffer(data)
	d.json.Reset(&d.input, jsontext.AllowDuplicateNames(true))
}

func (d *decoder) message(p *plan, m protoreflect.Message) {
	if p.special != nil {
		p.special.read(d, m)
		return
	}
	base := len(d.seen)
	for range len(p.fields) + p.oneofs {
		d.seen = append(d.seen, false)
	}
	d.object(func(name []byte) { d.member(p, m, base, name) })
	d.seen = d.seen[:base]
}

func (d *decoder) member(p *plan, m protoreflect.Message, base int, name []byte) {
	f, known := p.byName[string(name)]
	if !known {
		d.unknown(p, string(name))
		return
	}
	d.noteSpelling(f, name)
	d.push(f.name)
	defer d.pop()
	if d.seen[base+f.index] {
		d.problem(ruleDuplicate, "duplicate field")
		d.skip()
		return
	}
	d.seen[base+f.index] = true
	outermost := len(d.path) == d.root+1
	if outermost {
		d.report.Members = append(d.report.Members, f.name)
	}
	if !f.nullable && d.json.PeekKind() == 'n' {
		if outermost {
			d.report.Nulls = append(d.report.Nulls, f.name)
		}
		d.skip()
		return
	}
	if f.oneof >= 0 && d.mark(base+len(p.fields)+f.oneof) {
		d.problem(ruleOneof, "another member of "+string(f.desc.ContainingOneof().Name())+" is set already")
		d.skip()
		return
	}
	d.field(f, m)
}

// noteSpelling remembers a field that has two spellings and is spelled in snake_case.
func (d *decoder) noteSpelling(f *field, name []byte) {
	if len(name) == len(f.name) && f.name != f.desc.JSONName() && string(name) == f.name && !slices.Contains(d.report.SnakeCase, f.desc) {
		d.report.SnakeCase = append(d.report.SnakeCase, f.desc)
	}
}

// mark notes that a member of a oneof was met, and reports whether one was met before.
func (d *decoder) mark(oneof int) bool {
	before := d.seen[oneof]
	d.seen[oneof] = true
	return before
}

// countElement counts a message, a list element or a map entry, and stops reading at
// the first one too many.
func (d *decoder) countElement() bool {
	d.elements++
	return d.within(d.elements <= limits.MaxElements, limits.TooManyElements)
}

// countItem counts an element of a list or an entry of a map that has so many already.
func (d *decoder) countItem(f *field, length int) bool {
	if f.maxItems == nil {
		return d.countElement()
	}
	return d.within(length < f.maxItems.most, f.maxItems.problem) && d.countElement()
}

func (d *decoder) unknown(p *plan, name string) {
	shown := spelling.Clip(name)
	d.push(shown)
	description := "unknown field " + quoted(shown)
	if hint := spelling.Hint(name, p.names(name)); hint != "" {
		description += "; " + hint
	}
	d.problem(ruleUnknown, description)
	d.pop()
	d.skip()
}

func (d *decoder) field(f *field, m protoreflect.Message) {
	switch {
	case f.mapKey != nil:
		d.entryMap(f, m.Mutable(f.desc).Map())
	case f.desc.IsList():
		d.list(f, m.Mutable(f.desc).List())
	case f.message != nil:
		if d.countElement() {
			d.message(f.message, m.Mutable(f.desc).Message())
		}
	default:
		if value, ok := d.scalar(f.scalar); ok {
			m.Set(f.desc, value)
		}
	}
}

func (d *decoder) list(f *field, list protoreflect.List) {
	d.array(func() bool { return d.countItem(f, list.Len()) }, func() {
		if f.message != nil {
			d.message(f.message, list.AppendMutable().Message())
		} else if value, ok := d.scalar(f.scalar); ok {
			list.Append(value)
		}
	})
}

func (d *decoder) entryMap(f *field, entries protoreflect.Map) {
	d.object(func(name []byte) {
		if !d.countItem(f, entries.Len()) {
			return
		}
		d.pushKey(string(name))
		defer d.pop()
		rule := ruleValue
		key, problem := f.mapKey.parse(name)
		if problem == "" && entries.Has(key.MapKey()) {
			rule, problem = ruleDuplicate, "duplicate member"
		}
		if problem != "" {
			d.problem(rule, problem)
			d.skip()
			return
		}
		if f.message != nil {
			d.message(f.message, entries.Mutable(key.MapKey()).Message())
		} else if value, ok := d.scalar(f.scalar); ok {
			entries.Set(key.MapKey(), value)
		}
	})
}

// scalar reads a scalar. It is not ok if it reported what is wrong.
func (d *decoder) scalar(s *scalar) (protoreflect.Value, bool) {
	text, ok := d.scalarText(s.want, s.kinds)
	if !ok {
		return protoreflect.Value{}, false
	}
	value, problem := s.parse(text)
	d.problem(ruleValue, problem)
	return value, problem == ""
}
