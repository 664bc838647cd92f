package fault_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
)

func TestAKindSurvivesWrapping(t *testing.T) {
	inner := fault.New(fault.Uncertain, "no answer").In(3 * time.Second)
	err := fmt.Errorf("sending: %w", inner)
	if !fault.Is(err, fault.Uncertain) || fault.After(err) != 3*time.Second {
		t.Fatalf("kind %v after %v", fault.KindOf(err), fault.After(err))
	}
	if fault.Is(nil, fault.Internal) {
		t.Fatal("nil is of no kind")
	}
}

func TestACauseIsNeverShown(t *testing.T) {
	for _, err := range []error{
		errors.New("secret-token"),
		fault.Wrap(fault.Internal, errors.New("secret-token"), "secret-token"),
		fault.Wrap(fault.Denied, errors.New("secret-token"), "The network refused the key."),
	} {
		text, hint := fault.Shown(err)
		if strings.Contains(text+hint, "secret-token") || text == "" {
			t.Errorf("shown %q %q", text, hint)
		}
	}
}

func TestNamesGoBothWays(t *testing.T) {
	for k := fault.Internal; k <= fault.Uncertain; k++ {
		if fault.Parse(k.String()) != k {
			t.Errorf("%v", k)
		}
	}
	if fault.KindOf(context.Canceled) != fault.Unavailable {
		t.Error("a cancelled context is Unavailable")
	}
}
