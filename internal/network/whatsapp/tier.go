package whatsapp

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// unlimited is the tier without a limit, as WhatsApp writes it.
const unlimited = "TIER_UNLIMITED"

// people asks to how many people one may write first, and for whom that is counted: all
// numbers of a business portfolio share it. How much is used WhatsApp tells nobody. It is
// asked besides: an account that does not say it is no broken one, and nil is told then.
func (s *session) people(ctx context.Context) []network.QuotaUse {
	var of struct {
		ID    graph.Ident `json:"id"`
		Limit string      `json:"whatsapp_business_manager_messaging_limit"`
		Owner struct {
			ID graph.Ident `json:"id"`
		} `json:"owner_business_info"`
	}
	err := s.call(ctx, graph.Ask{Path: s.keys.Account, Query: url.Values{"fields": {"whatsapp_business_manager_messaging_limit,owner_business_info"}}}, &of)
	most, known := tier(of.Limit)
	if err != nil || !known || string(of.ID) != s.keys.Account {
		return nil
	}
	use := network.QuotaUse{Name: network.People, Used: -1, Max: most}
	if graph.Object.MatchString(string(of.Owner.ID)) {
		use.Pool = string(of.Owner.ID)
	}
	return []network.QuotaUse{use}
}

// tier reads a limit as WhatsApp writes it: TIER_250, TIER_2K; -1 is none.
func tier(word string) (most int, known bool) {
	if word == unlimited {
		return -1, true
	}
	number, is := strings.CutPrefix(word, "TIER_")
	thousands := 1
	if less, k := strings.CutSuffix(number, "K"); k {
		number, thousands = less, 1000
	}
	n, err := strconv.Atoi(number)
	if !is || err != nil || n <= 0 || n > 1_000_000 {
		return 0, false
	}
	return n * thousands, true
}
