// Package fault is the one kind of error Kith has: its kind says what the
// caller does, its text may be shown to a person, its cause may not.
package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Kind says what the caller of a failed function does next.
type Kind uint8

// The eight kinds.
const (
	Internal    Kind = iota // our mistake: log it, show a general sentence
	Invalid                 // the request is wrong: say how to mend it, never repeat
	Denied                  // this actor may not, or the network refused the key
	NotFound                // the thing does not exist (any more)
	Conflict                // it changed meanwhile: read again, then decide
	Throttled               // too fast: repeat after After
	Unavailable             // not reached, nothing happened: repeat later
	Uncertain               // it may have happened: never repeat, look first
)

var names = [...]string{"internal", "invalid", "denied", "not_found", "conflict", "throttled", "unavailable", "uncertain"}

// String gives the name that the API and the database use.
func (k Kind) String() string {
	if int(k) < len(names) {
		return names[k]
	}
	return names[Internal]
}

// Parse is the inverse of String; an unknown name is Internal.
func Parse(name string) Kind {
	for i, n := range names {
		if n == name {
			return Kind(i)
		}
	}
	return Internal
}

// Error carries what to do, what may be shown, and privately why.
type Error struct {
	Kind  Kind
	Text  string        // a sentence for a person; no URL, header or body of an outward call
	Hint  string        // what the person can do about it
	Field string        // the field of the request that is wrong, if one is
	After time.Duration // Throttled, Unavailable: not before this long; 0 = unknown
	Cause error         // for the log only
}

// Error gives the text and the cause; it is for logs, Shown is for people.
func (e *Error) Error() string {
	s := e.Kind.String() + ": " + e.Text
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New makes an error of a kind with a sentence that may be shown.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Text: fmt.Sprintf(format, args...)}
}

// Wrap gives a cause a kind and a sentence that may be shown.
func Wrap(kind Kind, cause error, format string, args ...any) *Error {
	return &Error{Kind: kind, Text: fmt.Sprintf(format, args...), Cause: cause}
}

// WithHint says what the person can do; it returns the same error.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// On names the field of the request that is wrong; it returns the same error.
func (e *Error) On(field string) *Error {
	e.Field = field
	return e
}

// In says how long to wait; it returns the same error.
func (e *Error) In(after time.Duration) *Error {
	e.After = after
	return e
}

// KindOf finds the kind of any error. A cancelled or expired context is
// Unavailable: nothing is known to have happened by our own doing.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return Unavailable
	}
	return Internal
}

// Is says whether the error is of the kind; a nil error is of none.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// Shown gives what a person may read: never a cause.
func Shown(err error) (text, hint string) {
	if e, ok := errors.AsType[*Error](err); ok && e.Kind != Internal {
		return e.Text, e.Hint
	}
	return "Something went wrong on our side.", "Try again; if it stays, the log of the server says more."
}

// After gives how long the error asks to wait, 0 when it does not say.
func After(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.After
	}
	return 0
}
