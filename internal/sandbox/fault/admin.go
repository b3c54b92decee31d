package fault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// maxAdminBody is far above any fault that makes sense.
const maxAdminBody = 1 << 20

// admin serves one path for the menus of all vendors.
type admin struct {
	menus   map[string]*Menu
	cleared func(vendor string)
}

// NewAdmin returns the endpoint at which a person or a test reads and changes
// the menus: GET shows what waits and what there is to choose from, POST adds one
// fault (with "vendor"), DELETE clears all or the one of `?id=` (`?vendor=`). Cleared is
// called with each vendor whose faults a DELETE cleared, also if none waited any more: what
// they left behind ends with them.
func NewAdmin(menus map[string]*Menu, cleared func(vendor string)) http.Handler {
	return admin{menus: maps.Clone(menus), cleared: cleared}
}

// ServeHTTP implements http.Handler.
func (a admin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		reply(w, http.StatusOK, a.overview())
	case http.MethodPost:
		a.add(w, r)
	case http.MethodDelete:
		a.remove(w, r)
	default:
		w.Header().Set("Allow", "GET, POST, DELETE")
		replyError(w, http.StatusMethodNotAllowed, &FieldError{"method", "use GET, POST or DELETE"})
	}
}

type overview struct {
	Vendors map[string]vendorOverview `json:"vendors"`
	Kinds   []KindInfo                `json:"kinds"`
}

type vendorOverview struct {
	Faults []Fault     `json:"faults"`
	Shapes []shapeInfo `json:"shapes"`
	Routes []string    `json:"routes"`
}

type shapeInfo struct {
	Shape   string `json:"shape"`
	Explain string `json:"explain"`
}

func (a admin) overview() overview {
	view := overview{Vendors: map[string]vendorOverview{}, Kinds: Kinds()}
	for vendor, menu := range a.menus {
		view.Vendors[vendor] = menu.overview()
	}
	return view
}

func (m *Menu) overview() vendorOverview {
	view := vendorOverview{Faults: m.List(), Shapes: []shapeInfo{}, Routes: m.dialect.Routes}
	if view.Faults == nil {
		view.Faults = []Fault{}
	}
	for _, shape := range m.dialect.Shapes {
		view.Shapes = append(view.Shapes, shapeInfo{shape.Name, shape.Explain})
	}
	return view
}

// order is the body of a POST.
type order struct {
	Vendor string `json:"vendor"`
	Fault
}

func (a admin) add(w http.ResponseWriter, r *http.Request) {
	wanted, err := readOrder(http.MaxBytesReader(w, r.Body, maxAdminBody))
	if err != nil {
		replyError(w, http.StatusBadRequest, err)
		return
	}
	menu, err := a.menu(wanted.Vendor)
	if err != nil {
		replyError(w, http.StatusBadRequest, err)
		return
	}
	added, err := menu.Add(wanted.Fault)
	if err != nil {
		replyError(w, http.StatusBadRequest, err)
		return
	}
	reply(w, http.StatusCreated, order{wanted.Vendor, added})
}

func (a admin) menu(vendor string) (*Menu, error) {
	if menu, ok := a.menus[vendor]; ok {
		return menu, nil
	}
	return nil, unknown("vendor", vendor, slices.Sorted(maps.Keys(a.menus)))
}

// readOrder is strict: a misspelt member would otherwise make a fault that does
// something else than its author thinks.
func readOrder(body io.Reader) (order, error) {
	text, err := io.ReadAll(body)
	if err != nil {
		return order{}, &FieldError{"body", fmt.Sprintf("cannot be read: %v", err)}
	}
	var wanted order
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&wanted); err != nil {
		return order{}, explain(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return order{}, &FieldError{"body", "holds more than one JSON value"}
	}
	return wanted, nil
}

// explain names the member that encoding/json stumbled over.
func explain(err error) error {
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		field := wrongType.Field[strings.LastIndex(wrongType.Field, ".")+1:]
		return &FieldError{field, fmt.Sprintf("want %s, got %s", wanted(wrongType.Type), wrongType.Value)}
	}
	if name, found := strings.CutPrefix(err.Error(), "json: unknown field "); found {
		return &FieldError{strings.Trim(name, `"`), "unknown member; one of: " + strings.Join(members(), ", ")}
	}
	return &FieldError{"body", "not JSON: " + err.Error()}
}

// members are the names that the body of a POST may have.
func members() (names []string) {
	for _, field := range reflect.VisibleFields(reflect.TypeFor[order]()) {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// wanted is a type of a fault's members in a person's words.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int:
		return "a whole number"
	case reflect.String:
		return "a string"
	}
	return "an object"
}

func (a admin) remove(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	menus, err := a.chosen(query.Get("vendor"))
	if err != nil {
		replyError(w, http.StatusBadRequest, err)
		return
	}
	if !query.Has("id") {
		reply(w, http.StatusOK, removal{a.clearAll(menus)})
		return
	}
	if !a.removeOne(menus, query.Get("id")) {
		replyError(w, http.StatusNotFound, &FieldError{"id", fmt.Sprintf("no fault %q waits", query.Get("id"))})
		return
	}
	reply(w, http.StatusOK, removal{1})
}

type removal struct {
	Removed int `json:"removed"`
}

// chosen is one vendor's menu, or all if none is named.
func (a admin) chosen(vendor string) (map[string]*Menu, error) {
	if vendor == "" {
		return a.menus, nil
	}
	menu, err := a.menu(vendor)
	return map[string]*Menu{vendor: menu}, err
}

func (a admin) clearAll(menus map[string]*Menu) int {
	removed := 0
	for vendor, menu := range menus {
		removed += menu.Clear()
		a.cleared(vendor)
	}
	return removed
}

func (a admin) removeOne(menus map[string]*Menu, id string) bool {
	for vendor, menu := range menus {
		if menu.Remove(id) {
			a.cleared(vendor)
			return true
		}
	}
	return false
}

func reply(w http.ResponseWriter, status int, value any) {
	body, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	send(w, status, "application/json", append(body, '\n'))
}

func replyError(w http.ResponseWriter, status int, err error) {
	var field *FieldError
	if !errors.As(err, &field) {
		field = &FieldError{"body", err.Error()}
	}
	reply(w, status, map[string]*FieldError{"error": field})
}
