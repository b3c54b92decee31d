package infinity

import (
	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
)

// NewFaultMenu returns an empty menu for this vendor.
func NewFaultMenu() *fault.Menu {
	return fault.NewMenu(fault.Dialect{
		Vendor:      "infinity",
		Routes:      Operations(),
		ErrorBody:   errorBody,
		ContentType: contentType,
		Shapes:      shapes(),
	})
}

// ofText makes a shape of a function on the whole answer.
func ofText(name, explain string, change func([]byte) []byte) fault.Shape {
	return fault.Shape{Name: name, Explain: explain, Rewrite: func(_ string, body []byte) ([]byte, error) {
		if len(body) == 0 {
			return body, nil // 204 has nothing to reshape
		}
		return change(body), nil
	}}
}

// ofRows makes a shape of a function on the rows of an answer.
func ofRows(name, explain string, change func([]row) []byte) fault.Shape {
	return fault.Shape{Name: name, Explain: explain, Rewrite: func(_ string, body []byte) ([]byte, error) {
		if len(body) == 0 {
			return body, nil
		}
		rows, err := parseRows(body)
		if err != nil {
			return nil, err
		}
		return change(rows), nil
	}}
}

// ofCells makes a shape of a function on each cell.
func ofCells(name, explain string, change func(cell) cell) fault.Shape {
	return ofRows(name, explain, func(rows []row) []byte {
		for _, r := range rows {
			for i := range r {
				r[i] = change(r[i])
			}
		}
		return render(rows, "")
	})
}
