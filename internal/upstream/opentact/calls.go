package opentact

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// ExecuteCallFlow is ExecuteSIPControlAppCallExecuteCallFlow, POST
// /sip/app/call/{uuid}. The path's UUID is the call's, though one page of the vendor says
// the app's. The XML goes as it is, as the only part `file`. The call is nil if the vendor
// confirms and answers none.
func ExecuteCallFlow[M any](ctx context.Context, c *Client, kind Kind[M], call, xml string) (*M, error) {
	made, err := callFlowCall(call, xml)
	if err != nil {
		return nil, err
	}
	return ask(ctx, c, made, kind.one)
}

// callFlowCall returns the call of ExecuteCallFlow.
func callFlowCall(call, xml string) (*upstream.Call, error) {
	body, contentType, err := callFlowForm(xml)
	if err != nil {
		return nil, err
	}
	return &upstream.Call{
		Route: ExecuteRoute, Parameters: []string{call}, Body: body, ContentType: contentType,
	}, nil
}

// callFlowForm returns the multipart form. Its boundary comes from the content, so that
// the same call flow is always the same bytes and cannot contain it.
func callFlowForm(xml string) (body []byte, contentType string, err error) {
	digest := sha256.Sum256([]byte(xml))
	var form bytes.Buffer
	writer := multipart.NewWriter(&form)
	err = writer.SetBoundary("sipfacade-" + hex.EncodeToString(digest[:16]))
	if err == nil {
		err = writeCallFlow(writer, xml)
	}
	if err != nil {
		return nil, "", fmt.Errorf("write the call flow form: %w", err)
	}
	return form.Bytes(), writer.FormDataContentType(), nil
}

// writeCallFlow writes the only part and ends the form.
func writeCallFlow(writer *multipart.Writer, xml string) error {
	part, err := writer.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="file"; filename="call_flow.xml"`},
		"Content-Type":        {"application/xml"},
	})
	if err != nil {
		return err
	}
	if _, err := io.WriteString(part, xml); err != nil {
		return err
	}
	return writer.Close()
}
