package rehearse

import (
	"context"
	"net/http"
	"time"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/tiktok"
)

func onTikTok() guest {
	return guest{
		name: "tiktok",
		app:  config.App{ID: "awtiktokkey", Secret: "tiktok-secret"},
		// The app for comments: it renews their keys, hears of them, and lets people try the second consent.
		more: map[string]string{"business_app_id": "7300000000000000001", "business_app_secret": "business-secret", "business_authorize_url": tiktok.PortalURL("https://kith.example.org/connect/tiktok/")},
		open: func(s *sandbox.Stage) (http.Handler, func(context.Context, string, string) (map[string]string, error)) {
			// A rehearsal is reached over http, and reads more often than a real house; a
			// token lasts as long as the rehearsal.
			n := tiktok.New(s, tiktok.Options{Plain: true, Hearing: time.Minute, PerMinute: 1200, AccessLasts: 60 * 24 * time.Hour})
			a := n.Account("librairie_hirondelle", "Librairie Hirondelle")
			return n.Handler(), func(_ context.Context, _, hook string) (map[string]string, error) {
				n.Callback(hook)
				return map[string]string{"token": a.Token, "business_id": a.BusinessID, "business_token": a.BusinessToken, "business_refresh": a.BusinessRefreshKey}, nil
			}
		},
	}
}
