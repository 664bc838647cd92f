package linkedin_test

import (
	"net/http"
	"testing"
)

func documented(t *testing.T, next http.Handler) http.Handler { t.Helper(); return next }

func renewals(t *testing.T) { t.Helper() }
