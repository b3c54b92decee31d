package main

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// file is what the template shows.
type file struct {
	Imports  []string
	Messages []message
}

// message is one function.
type message struct {
	FullName protoreflect.FullName
	Function string
	Type     string
	Fields   []field
}

// field is one statement. If the field has presence, the statement applies only when it is
// set.
type field struct {
	Name      string
	Presence  bool
	Statement string
}

// errNoEncoder means that the contract uses a kind of field for the first time. Its method
// has to be written by hand before.
var errNoEncoder = errors.New("the encoder has no method for this kind of field")

// scalarMethods returns the methods of the encoder, for the kinds that answers have.
func scalarMethods() map[protoreflect.Kind]string {
	return map[protoreflect.Kind]string{
		protoreflect.StringKind: "string", protoreflect.BoolKind: "bool", protoreflect.DoubleKind: "double",
		protoreflect.Int32Kind: "int32", protoreflect.Uint32Kind: "uint32", protoreflect.Int64Kind: "int64",
	}
}

// wellKnownFunctions returns the functions for the types with a JSON form of their own.
func wellKnownFunctions() map[protoreflect.FullName]string {
	return map[protoreflect.FullName]string{
		"google.protobuf.Timestamp": "encodeTimestamp",
		"google.protobuf.Duration":  "encodeDuration",
		"google.protobuf.Struct":    "encodeStruct",
		"google.protobuf.Any":       "encodeAny",
	}
}

// planner turns messages into functions and notes which packages these import.
type planner struct {
	packages map[protogen.GoImportPath]protogen.GoPackageName
	imported map[protogen.GoImportPath]bool
}

func newPlanner(plugin *protogen.Plugin) *planner {
	p := &planner{
		packages: map[protogen.GoImportPath]protogen.GoPackageName{"google.golang.org/protobuf/proto": "proto"},
		imported: map[protogen.GoImportPath]bool{"google.golang.org/protobuf/proto": true},
	}
	for _, file := range plugin.Files {
		p.packages[file.GoImportPath] = file.GoPackageName
	}
	return p
}

func (p *planner) file(messages []*protogen.Message) (file, error) {
	var planned file
	for _, source := range messages {
		made, err := p.message(source)
		if err != nil {
			return file{}, fmt.Errorf("%s: %w", source.Desc.FullName(), err)
		}
		planned.Messages = append(planned.Messages, made)
	}
	planned.Imports = p.imports()
	return planned, nil
}

// imports returns the import lines, with a name if the package is not called as its path
// ends.
func (p *planner) imports() []string {
	var lines []string
	for imported := range p.imported {
		line := imported.String()
		if name := string(p.packages[imported]); name != path.Base(string(imported)) {
			line = name + " " + line
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

func (p *planner) message(source *protogen.Message) (message, error) {
	made := message{FullName: source.Desc.FullName(), Function: function(source), Type: p.name(source.GoIdent)}
	for _, of := range source.Fields {
		statement, err := p.statement(of)
		if err != nil {
			return message{}, fmt.Errorf("%s: %w", of.Desc.Name(), err)
		}
		made.Fields = append(made.Fields, field{Name: of.GoName, Presence: of.Desc.HasPresence(), Statement: statement})
	}
	return made, nil
}

// statement returns the call that writes a field.
func (p *planner) statement(of *protogen.Field) (string, error) {
	key, value := "`,\""+of.Desc.JSONName()+"\":`", "m."+of.GoName
	desc := of.Desc
	switch {
	case desc.ContainingOneof() != nil && !desc.ContainingOneof().IsSynthetic():
		return "", fmt.Errorf("a member of a oneof: %w", errNoEncoder)
	case desc.IsMap():
		if desc.MapKey().Kind() == protoreflect.StringKind && desc.MapValue().Kind() == protoreflect.StringKind {
			return fmt.Sprintf("e.stringMap(%s, %s)", key, value), nil
		}
		return "", fmt.Errorf("a map of %s to %s: %w", desc.MapKey().Kind(), desc.MapValue().Kind(), errNoEncoder)
	case desc.IsList():
		return p.list(of, key, value)
	case of.Message != nil:
		write, err := messageFunction(of.Message)
		return fmt.Sprintf("%s(e, %s, %s)", write, key, value), err
	}
	if desc.HasPresence() {
		value = "*" + value
	}
	return p.scalar(of, key, value)
}

func (p *planner) list(of *protogen.Field, key, value string) (string, error) {
	switch {
	case of.Message != nil:
		write, err := messageFunction(of.Message)
		return fmt.Sprintf("encodeList(e, %s, %s, %s)", key, value, write), err
	case of.Desc.Kind() == protoreflect.StringKind:
		return fmt.Sprintf("e.strings(%s, %s)", key, value), nil
	}
	return "", fmt.Errorf("a list of %s: %w", of.Desc.Kind(), errNoEncoder)
}

func (p *planner) scalar(of *protogen.Field, key, value string) (string, error) {
	if of.Enum != nil && of.Enum.Desc.FullName() != "google.protobuf.NullValue" {
		return fmt.Sprintf("e.enum(%s, int32(%s), %s_name)", key, value, p.name(of.Enum.GoIdent)), nil
	}
	method, ok := scalarMethods()[of.Desc.Kind()]
	if !ok {
		return "", fmt.Errorf("a value of %s: %w", of.Desc.Kind(), errNoEncoder)
	}
	return fmt.Sprintf("e.%s(%s, %s)", method, key, value), nil
}

// messageFunction returns the function that writes a message as a value of its own.
func messageFunction(of *protogen.Message) (string, error) {
	if !wellKnown(of) {
		return function(of), nil
	}
	if known, ok := wellKnownFunctions()[of.Desc.FullName()]; ok {
		return known, nil
	}
	return "", fmt.Errorf("%s: %w", of.Desc.FullName(), errNoEncoder)
}

// function returns the name of the function that is generated for a message.
func function(of *protogen.Message) string {
	return "encode" + strings.ReplaceAll(of.GoIdent.GoName, "_", "")
}

// name returns how the encoder refers to a type or variable of another package.
func (p *planner) name(of protogen.GoIdent) string {
	p.imported[of.GoImportPath] = true
	return string(p.packages[of.GoImportPath]) + "." + of.GoName
}
