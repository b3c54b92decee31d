package main

import (
	_ "embed" // for examples.json
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/sipfacade/sipfacade/internal/openapi"
)

// examplesText has requests that a sandbox answered. A test writes them, and fails if the
// server answers something else.
//
//go:embed examples.json
var examplesText []byte

// example is a request with its answer.
type example struct {
	Status     int                       `json:"status"`
	Parameters map[string]jsontext.Value `json:"parameters"`
	Body       jsontext.Value            `json:"body"`
	Answer     jsontext.Value            `json:"answer"`
}

// readExamples returns the examples by operation. Those of errors have the name of a reason.
func readExamples() (map[string]example, error) {
	read := map[string]example{}
	if err := json.Unmarshal(examplesText, &read); err != nil {
		return nil, fmt.Errorf("read examples.json: %w", err)
	}
	return read, nil
}

// addExample adds the example of an operation, if there is one.
func addExample(operation *openapi.Operation, shown example) {
	for _, parameter := range operation.Parameters {
		parameter.Example = shown.Parameters[parameter.Name]
	}
	if operation.RequestBody != nil {
		setExample(operation.RequestBody.Content, shown.Body)
	}
	setExample(operation.Responses["200"].Content, shown.Answer)
}

func setExample(content map[string]openapi.MediaType, value jsontext.Value) {
	media := content[jsonType]
	media.Example = value
	content[jsonType] = media
}

// addErrors adds the examples of errors to the answers that all operations share.
func addErrors(document *openapi.Document, examples map[string]example) {
	addErrorsOf(document, "refused", examples, func(status int) bool { return status < http.StatusInternalServerError })
	addErrorsOf(document, "failed", examples, func(status int) bool { return status >= http.StatusInternalServerError })
}

// addErrorsOf adds those with some statuses.
func addErrorsOf(document *openapi.Document, answer string, examples map[string]example, has func(status int) bool) {
	content := document.Components.Responses[answer].Content
	media := content[jsonType]
	media.Examples = map[string]openapi.Example{}
	for _, reason := range document.Components.Schemas["ErrorReason"].Enum {
		name := fmt.Sprint(reason)
		if shown, there := examples[name]; there && has(shown.Status) {
			media.Examples[name] = openapi.Example{Value: shown.Answer}
		}
	}
	content[jsonType] = media
}
