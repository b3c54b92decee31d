package opentact

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime/multipart"
	"net/textproto"

	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// ExecuteCallFlow is ExecuteSIPControlAppCallExecuteCallFlow, POST
// /sip/app/call/{uuid}. The path's UUID is the call's, though one page of the
// vendor says the app's. The XML goes as it is, as the one part `file`. The call is
// nil where the vendor confirms and answers none.
func (c *Client) ExecuteCallFlow(ctx context.Context, call, xml string) (*Call, error) {
	body, contentType, err := callFlowForm(xml)
	if err != nil {
		return nil, err
	}
	var answered *Call
	err = c.do(ctx, &upstream.Call{
		Route: routeExecuteCallFlow, Parameters: []string{call}, Body: body, ContentType: contentType,
	}, func(r *tolerant.Reader) (err error) {
		answered, err = callRows.one(r)
		return err
	})
	return answered, err
}

// callFlowForm is the multipart form. Its boundary comes from the content, so that
// the same call flow is always the same bytes and cannot contain it.
func callFlowForm(xml string) (body []byte, contentType string, err error) {
	digest := sha256.Sum256([]byte(xml))
	var form bytes.Buffer
	writer := multipart.NewWriter(&form)
	if err := writer.SetBoundary("sipfacade-" + hex.EncodeToString(digest[:16])); err != nil {
		return nil, "", fmt.Errorf("write the call flow form: %w", err)
	}
	part, err := writer.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="file"; filename="call_flow.xml"`},
		"Content-Type":        {"application/xml"},
	})
	if err != nil {
		return nil, "", fmt.Errorf("write the call flow form: %w", err)
	}
	if _, err := part.Write([]byte(xml)); err != nil {
		return nil, "", fmt.Errorf("write the call flow form: %w", err)
	}
	if err := writer.Close(); err != nil {
		return nil, "", fmt.Errorf("write the call flow form: %w", err)
	}
	return form.Bytes(), writer.FormDataContentType(), nil
}
