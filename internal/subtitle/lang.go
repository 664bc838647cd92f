package subtitle

import (
	"golang.org/x/text/language"

	"github.com/kithhq/kith/internal/fault"
)

// Lang is the usual form of a language tag (BCP 47): fr, fr-CA, zh-Hant.
func Lang(tag string) (string, error) {
	t, err := language.Parse(tag)
	if base, _, _ := t.Raw(); err != nil || len(tag) > 35 || base.String() == "und" || t.String() == "und" {
		return "", fault.New(fault.Invalid, "“%.40s” is no language.", tag).On("lang").WithHint("Write it as in fr, en or pt-BR.")
	}
	return t.String(), nil
}
