// Command reference writes docs/reference.md: for each call of the contract a line for
// grpcurl and one for curl. The requests are in examples.yaml; the rest comes from the
// descriptors, so that a new call appears by itself or is missed here. It also writes the
// tables of calls in docs/api.md.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/gen"
	"github.com/sipfacade/sipfacade/internal/contract"
)

// introduction is the beginning of the page. The mark keeps the test of all pages from
// running it: another one runs each line.
const introduction = `# Each call in two lines

<!-- written by make generate from proto/reference/examples.yaml and the contract -->
<!-- page not run: TestReference runs each line and reads its answer -->

This page has each call of the contract twice: with [` + "`grpcurl`" + `](https://github.com/fullstorydev/grpcurl) and with
` + "`curl`" + `. All of them work in a sandbox that was just started, for example by ` + "`make run`" + ` in another terminal.
[api.md](api.md) explains the resources, lists and updates, [errors.md](errors.md) the errors. Each create and each
assignment also takes a [request id](safe-writes.md#request-ids), and each write [` + "`validate_only`" + `](safe-writes.md#dry-runs).
`

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: reference EXAMPLES REFERENCE DOCUMENT-WITH-CALLS")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "reference:", err)
		os.Exit(1)
	}
}

// run writes the page, and the tables of calls in the other document.
func run(examplesPath, page, callsDocument string) error {
	found, err := readExamples(examplesPath)
	if err != nil {
		return err
	}
	services, err := contractServices()
	if err != nil {
		return err
	}
	out := bytes.NewBufferString(introduction)
	writeContents(out, services)
	if err := writeServices(out, services, found); err != nil {
		return fmt.Errorf("%s: %w", examplesPath, err)
	}
	if err := os.WriteFile(page, out.Bytes(), 0o644); err != nil {
		return err
	}
	return replaceCalls(callsDocument, services)
}

// order is that of api.md. Further services follow by name.
var order = []string{"SipConnectionService", "SipAppService", "ProfileService", "PbxConfigService"}

// contractServices returns the services of the contract, with their comments.
func contractServices() ([]protoreflect.ServiceDescriptor, error) {
	files, err := contract.LinkImage(gen.DescriptorImage)
	if err != nil {
		return nil, err
	}
	services := contract.Services(files)
	slices.SortFunc(services, func(a, b protoreflect.ServiceDescriptor) int { return strings.Compare(place(a), place(b)) })
	return services, nil
}

// place sorts a service.
func place(service protoreflect.ServiceDescriptor) string {
	name := string(service.Name())
	at := slices.Index(order, name)
	if at < 0 {
		at = len(order)
	}
	return fmt.Sprintf("%d %s", at, name)
}

func writeContents(out *bytes.Buffer, services []protoreflect.ServiceDescriptor) {
	out.WriteString("\n")
	for _, service := range services {
		fmt.Fprintf(out, "- [%s](#%s)\n", service.Name(), strings.ToLower(string(service.Name())))
	}
}

// writeServices writes every call, and names all whose example is missing or wrong, and
// all examples of calls that there are not.
func writeServices(out *bytes.Buffer, services []protoreflect.ServiceDescriptor, found examples) error {
	var failures []error
	for _, service := range services {
		fmt.Fprintf(out, "\n## %s\n", service.Name())
		for i := range service.Methods().Len() {
			method := service.Methods().Get(i)
			if err := writeMethod(out, method, found.take(method)); err != nil {
				failures = append(failures, fmt.Errorf("%s.%s: %w", service.Name(), method.Name(), err))
			}
		}
	}
	return errors.Join(append(failures, found.unused()...)...)
}

// writeMethod writes one call.
func writeMethod(out *bytes.Buffer, method protoreflect.MethodDescriptor, e *example) error {
	request, err := e.message(method)
	if err != nil {
		return err
	}
	grpcurl, err := grpcurlLine(method, request)
	if err != nil {
		return err
	}
	curl, err := curlLine(method, request)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n### %s\n\n%s\n", method.Name(), firstParagraph(method))
	if settings := e.settingsText(); settings != "" {
		fmt.Fprintf(out, "\nThe server needs `%s`.\n", settings)
	}
	fmt.Fprintf(out, "\n```sh\n%s\n```\n```sh\n%s\n```\n", grpcurl, curl)
	return nil
}

// firstParagraph returns what the comment of a call begins with, on one line.
func firstParagraph(method protoreflect.MethodDescriptor) string {
	comment := method.ParentFile().SourceLocations().ByDescriptor(method).LeadingComments
	paragraph, _, _ := strings.Cut(comment, "\n\n")
	return strings.Join(strings.Fields(paragraph), " ")
}
