package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/sipfacade/sipfacade/internal/document"
	"github.com/sipfacade/sipfacade/internal/mapping"
)

// marks are around a generated part of the document.
type marks struct{ begin, end string }

var (
	openTACTMarks = marks{
		begin: "<!-- fields: from internal/mapping/opentact.go by make generate -->\n",
		end:   "<!-- end of fields -->\n",
	}
	infinityMarks = marks{
		begin: "<!-- fields of Infinity: from internal/mapping/infinity.go by make generate -->\n",
		end:   "<!-- end of fields of Infinity -->\n",
	}
	resourceMarks = marks{
		begin: "<!-- resources: from the contract and internal/mapping by make generate -->\n",
		end:   "<!-- end of resources -->\n",
	}
)

// replacePart replaces the part of a document between its marks.
func replacePart(path string, around marks, part string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if text, err = document.Replace(text, around.begin, around.end, []byte(part)); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, text, 0o644)
}

// isUsual reports whether the vendor's name of a field follows from the field's own, and
// there is no more to say of it.
func (m *model) isUsual(f *field) bool {
	if _, common := m.dialect.Names[f.Name]; common {
		return true
	}
	usual := m.dialect.VendorNames(mapping.Resource{}, f.descriptor)
	return f.Note == "" && f.KeyOf == "" && slices.Equal(f.Vendor, usual)
}

// fieldTable lists the fields whose names differ or of which there is more to say, and
// the members that no field takes.
func (m *model) fieldTable() string {
	var table strings.Builder
	table.WriteString("\n| resource | field | vendor's member | remark |\n| --- | --- | --- | --- |\n")
	for _, of := range m.Messages {
		for _, f := range of.fields {
			if m.isUsual(f) {
				continue
			}
			fmt.Fprintf(&table, "| %s | `%s` | `%s` | %s |\n", of.Name, f.Name, strings.Join(f.Vendor, "`, `"), f.remark())
		}
	}
	m.writeUnmapped(&table, "Known and not read", func(of *message) []mapping.Unmapped { return of.Resource.Dropped })
	m.writeUnmapped(&table, "Known and kept in `"+m.dialect.Additional+"` only", func(of *message) []mapping.Unmapped { return of.Kept })
	return table.String() + "\n"
}

// writeUnmapped lists members that no field takes, if there are any.
func (m *model) writeUnmapped(table *strings.Builder, title string, of func(*message) []mapping.Unmapped) {
	header := "\n" + title + ":\n\n| resource | members | reason |\n| --- | --- | --- |\n"
	for _, resource := range m.Messages {
		for _, unmapped := range of(resource) {
			table.WriteString(header)
			header = ""
			fmt.Fprintf(table, "| %s | `%s` | %s |\n", resource.Name, strings.Join(unmapped.Members, "`, `"), unmapped.Reason)
		}
	}
}

// remark returns what there is to say of a field beside its names.
func (f *field) remark() string {
	if f.KeyOf != "" {
		return "written so; read from the relation `" + f.KeyOf + "`"
	}
	return f.Note
}
