package tracing

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// The SDK logs a value that it cannot use and goes on without it, or panics. So the ones that
// matter are checked before. No error repeats a value, which can hold a credential.

// maxBuffer is the most spans that a buffer of the SDK may be set to.
const maxBuffer = 1_000_000

const wantedProtocol = "must be " + httpProtocol + ", which collectors take on port 4318"

var (
	errEndpoint = errors.New("must be a URL such as http://127.0.0.1:4318")
	errPairs    = errors.New("must be NAME=VALUE, several separated by commas, with %XX for a comma in a value")
)

// checks are the variables that are checked, in the order in which they are reported.
var checks = []struct {
	variable string
	check    func(value string) error
}{
	{exporterVariable, oneOf("must be otlp or none", "otlp")},
	{protocolVariable, oneOf(wantedProtocol, httpProtocol)},
	{tracesProtocolVariable, oneOf(wantedProtocol, httpProtocol)},
	{endpointVariable, checkEndpoint},
	{tracesEndpointVariable, checkEndpoint},
	{"OTEL_EXPORTER_OTLP_HEADERS", checkHeaders},
	{"OTEL_EXPORTER_OTLP_TRACES_HEADERS", checkHeaders},
	{"OTEL_RESOURCE_ATTRIBUTES", checkPairs},
	{"OTEL_BSP_MAX_QUEUE_SIZE", checkBuffer},
	{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", checkBuffer},
}

// checkVariables returns what is wrong with the variables, a line for each.
func checkVariables(getenv func(string) string) error {
	var wrong []error
	for _, row := range checks {
		value := strings.TrimSpace(getenv(row.variable))
		if value == "" {
			continue
		}
		if err := row.check(value); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", row.variable, err))
		}
	}
	return errors.Join(wrong...)
}

// oneOf accepts one word, and says what is accepted.
func oneOf(accepted, word string) func(string) error {
	return func(value string) error {
		if value != word {
			return errors.New(accepted)
		}
		return nil
	}
}

func checkEndpoint(value string) error {
	endpoint, err := url.Parse(value)
	if err != nil || endpoint.Scheme != "http" && endpoint.Scheme != "https" || endpoint.Host == "" {
		return errEndpoint
	}
	return nil
}

// checkPairs checks names with values.
func checkPairs(value string) error {
	for pair := range strings.SplitSeq(value, ",") {
		name, text, given := strings.Cut(pair, "=")
		if _, err := url.PathUnescape(text); !given || err != nil || strings.TrimSpace(name) == "" {
			return errPairs
		}
	}
	return nil
}

// checkHeaders also checks that no name looks like a header of HTTP with its value.
func checkHeaders(value string) error {
	for pair := range strings.SplitSeq(value, ",") {
		if name, _, _ := strings.Cut(pair, "="); strings.ContainsAny(strings.TrimSpace(name), " \t\":;/") {
			return errPairs
		}
	}
	return checkPairs(value)
}

func checkBuffer(value string) error {
	if size, err := strconv.Atoi(value); err != nil || size < 1 || size > maxBuffer {
		return fmt.Errorf("must be a number from 1 to %d", maxBuffer)
	}
	return nil
}
