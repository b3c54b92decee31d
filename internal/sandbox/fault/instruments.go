package fault

import "net/http"

// Instruments are the menu of faults and the recorder of calls that an emulator
// has around its operations.
type Instruments struct {
	menu     *Menu
	recorder *Recorder
}

// NewInstruments combines a menu and a recorder.
func NewInstruments(menu *Menu, recorder *Recorder) Instruments {
	return Instruments{menu: menu, recorder: recorder}
}

// Wrap returns the handler of an operation with the recorder and the faults in
// front of it. The recorder is the outer one, because calls that a fault refuses
// count as well.
func (i Instruments) Wrap(operation string, next http.Handler) http.Handler {
	return i.recorder.Wrap(operation, i.menu.Wrap(operation, next))
}

// Faults returns the menu.
func (i Instruments) Faults() *Menu { return i.menu }

// Recorder returns the recorder.
func (i Instruments) Recorder() *Recorder { return i.recorder }

// Calls returns how often an operation was called.
func (i Instruments) Calls(operation string) int { return i.recorder.Calls(operation) }
