package main

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/mapping"
	"github.com/sipfacade/sipfacade/internal/opentactapi"
)

// generationMarks mark in the document what only some generations have.
var generationMarks = []struct {
	in   mapping.In
	mark string
}{{mapping.OnlyFirst, "ᴬ"}, {mapping.SinceTwo, "ᴮ"}, {mapping.OnlyThird, "ᶜ"}}

// generationMark is the mark of what some generations have, or "" if all of them have it.
func generationMark(in mapping.In) string {
	for _, known := range generationMarks {
		if slices.Equal(known.in, in) {
			return known.mark
		}
	}
	return ""
}

// resourceTable lists the resources that callers write, with the fields that they write.
func resourceTable(models ...*model) string {
	var table strings.Builder
	table.WriteString("\n| resource | parent | writable fields |\n| --- | --- | --- |\n")
	for _, m := range models {
		for _, of := range m.Messages {
			if fields := of.writableFields(); len(fields) > 0 {
				fmt.Fprintf(&table, "| %s%s |%s | %s |\n", of.Name, generationMark(of.listedIn()), of.parent(), strings.Join(fields, " "))
			}
		}
	}
	table.WriteString("\n")
	return table.String()
}

// writableFields are the fields that callers write, with their marks.
func (m *message) writableFields() (fields []string) {
	for _, f := range m.fields {
		if (f.isWritten() || f.Located) && m.isListedIn(f.In) {
			fields = append(fields, "`"+f.Name+"`"+m.writeMark(f)+generationMark(f.In))
		}
	}
	return fields
}

// writeMark says if a field can only be written by a create, or is never returned.
func (m *message) writeMark(f *field) string {
	behaves := func(mark annotations.FieldBehavior) bool { return contract.Behaves(f.descriptor, mark) }
	switch {
	case behaves(annotations.FieldBehavior_INPUT_ONLY):
		return "²"
	case behaves(annotations.FieldBehavior_IMMUTABLE), behaves(annotations.FieldBehavior_IDENTIFIER), m.callNamed("Update") == nil:
		return "¹"
	default:
		return ""
	}
}

// listedIn are the generations whose API lets callers list the resource.
func (m *message) listedIn() mapping.In {
	for _, known := range m.model.dialect.Calls {
		if known.Method == m.callName("List") {
			return known.In
		}
	}
	return nil
}

// isListedIn reports whether callers can list the resource in one of the generations.
func (m *message) isListedIn(in mapping.In) bool {
	return slices.ContainsFunc(opentactapi.Generations(), func(g opentactapi.Generation) bool { return m.listedIn().Has(g) && in.Has(g) })
}

// parent is the field of the path with the id of what the resource is directly below.
func (m *message) parent() string {
	if listing := m.callNamed("List"); listing != nil && len(listing.Path) > 0 {
		return " `" + listing.Path[len(listing.Path)-1] + "`"
	}
	return ""
}
