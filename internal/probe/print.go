package probe

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteJSON writes the report as indented JSON.
func (r *Report) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(r)
}

// WriteTable writes the report for people.
func (r *Report) WriteTable(w io.Writer) error {
	var text strings.Builder // accepts every write
	for _, vendor := range r.Vendors {
		vendor.write(&text)
	}
	_, _ = fmt.Fprintf(&text, "result: %s\n", r.Result)
	_, err := io.WriteString(w, text.String())
	return err
}

// write writes one vendor.
func (v *Vendor) write(text *strings.Builder) {
	_, _ = fmt.Fprintf(text, "%s: %s", v.Vendor, spaced(string(v.State)))
	if v.Reason != "" {
		_, _ = fmt.Fprintf(text, " (%s)", v.Reason)
	}
	text.WriteString("\n")
	if v.Generation != nil {
		v.Generation.write(text)
	}
	if v.State == Answers {
		writeRoutes(text, v.Routes)
	}
	text.WriteString("\n")
}

// write writes which generation answers and why.
func (g *Generation) write(text *strings.Builder) {
	_, _ = fmt.Fprintf(text, "generation %s answers, %d is configured; set %s\n", either(g.Answering), g.Configured, g.Setting)
	table := tabwriter.NewWriter(text, 0, 0, 2, ' ', 0)
	for _, sign := range g.Signs {
		_, _ = fmt.Fprintf(table, "  %s\t%s\n", either(sign.Generations), sign.Text)
	}
	_ = table.Flush()
}

// writeRoutes writes a line for each route, and one for each difference.
func writeRoutes(text *strings.Builder, routes []*Route) {
	table := tabwriter.NewWriter(text, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "STATUS\tOUTCOME\tOBJECTS\tROUTE\tDIFFERENCES")
	for _, route := range routes {
		status := "-"
		if route.Status != 0 {
			status = fmt.Sprint(route.Status)
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%d\t%s %s\t%s\n", status, spaced(string(route.Outcome)), route.Objects, route.Method, route.Path, route.differs())
	}
	_ = table.Flush()
	for _, route := range routes {
		if len(route.NotStated) > 0 {
			_, _ = fmt.Fprintf(text, "not stated by %s %s: %s\n", route.Method, route.Path, strings.Join(route.NotStated, ", "))
		}
	}
}

// differs names the differences of a route.
func (r *Route) differs() string {
	if len(r.Differences) == 0 {
		return "none"
	}
	texts := make([]string, len(r.Differences))
	for i, d := range r.Differences {
		texts[i] = strings.Join(strings.Fields(spaced(d.Kind)+" "+d.Member+" "+d.Word), " ")
	}
	return strings.Join(texts, "; ")
}

// either lists generations.
func either(generations []int) string {
	texts := make([]string, len(generations))
	for i, generation := range generations {
		texts[i] = fmt.Sprint(generation)
	}
	return strings.Join(texts, " or ")
}

// spaced writes a word of the report for people.
func spaced(word string) string { return strings.ReplaceAll(word, "_", " ") }
