package app

import (
	"context"
	"crypto/tls"
	"path/filepath"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// certificates fetches and renews the certificate of the public address. The
// challenge is answered on the TLS port itself, so no second port is needed.
func (a *App) certificates() *autocert.Manager {
	m := &autocert.Manager{Prompt: autocert.AcceptTOS, Email: a.Config.ACME,
		HostPolicy: autocert.HostWhitelist(a.host()), Cache: autocert.DirCache(filepath.Join(a.Config.Data, "certificates"))}
	if a.Config.Authority != "" {
		m.Client = &acme.Client{DirectoryURL: a.Config.Authority, UserAgent: "Kith/" + Version()}
	}
	return m
}

// certify gets the certificate before anybody comes: nobody waits for it, it is renewed also
// where nobody comes for months, and what is in its way is said at once.
func (a *App) certify(ctx context.Context, m *autocert.Manager) {
	got, err := m.GetCertificate(&tls.ClientHelloInfo{ServerName: a.host(), SupportedVersions: []uint16{tls.VersionTLS13},
		SignatureSchemes: []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256}, SupportedCurves: []tls.CurveID{tls.CurveP256},
		CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}})
	if err != nil {
		a.Log.WarnContext(ctx, "there is no certificate yet; it is asked for again when somebody comes. Does the name of --public-url lead here, and port 443 to --listen?", "host", a.host(), "error", err)
		return
	}
	a.Log.InfoContext(ctx, "the certificate is there", "host", a.host(), "until", got.Leaf.NotAfter)
}
