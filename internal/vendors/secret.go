package vendors

import (
	"log/slog"
	"sync/atomic"

	"github.com/sipfacade/sipfacade/internal/config"
)

// Revealed returns the secret at each use, as its file has it then. A new file that
// cannot be read leaves the old value in use, and is logged once.
func Revealed(logger *slog.Logger, key string, secret config.Secret) func() string {
	var logged atomic.Pointer[string]
	return func() string {
		value, err := secret.Reveal(), secret.Err()
		if err == nil {
			logged.Store(nil)
			return value
		}
		problem := err.Error()
		if before := logged.Swap(&problem); before == nil || *before != problem {
			logger.Error("a secret's file cannot be read; its last value stays in use", "setting", key, "error", problem)
		}
		return value
	}
}
