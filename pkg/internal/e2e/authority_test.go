package e2e_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// authority issues certificates; its own is in ca.pem.
type authority struct {
	w    *world
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// newAuthority makes an authority; the first of a world is the one in ca.pem.
func newAuthority(w *world) *authority {
	w.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	w.must(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	w.must(err)
	cert, err := x509.ParseCertificate(der)
	w.must(err)
	file := filepath.Join(w.dir, "ca.pem")
	if _, err := os.Stat(file); err != nil {
		w.must(os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	}
	return &authority{w, cert, key}
}

// issue makes a certificate for a host name or an address.
func (a *authority) issue(name string) tls.Certificate {
	a.w.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	a.w.must(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if ip := net.ParseIP(name); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	a.w.must(err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// write issues a certificate into FILE.pem and FILE.key.
func (a *authority) write(file, name string) {
	a.w.Helper()
	c := a.issue(name)
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	a.w.must(err)
	for ending, block := range map[string]*pem.Block{
		".pem": {Type: "CERTIFICATE", Bytes: c.Certificate[0]}, ".key": {Type: "PRIVATE KEY", Bytes: key},
	} {
		a.w.must(os.WriteFile(filepath.Join(a.w.dir, file+ending), pem.EncodeToMemory(block), 0o600))
	}
}

// client trusts the authority and shows a certificate, if any.
func (a *authority) client(own *tls.Certificate) *http.Client {
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	c := &tls.Config{RootCAs: roots}
	if own != nil {
		// Shown whatever authorities the server names.
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return own, nil }
	}
	t := &http.Transport{TLSClientConfig: c}
	a.w.Cleanup(t.CloseIdleConnections)
	return &http.Client{Transport: t}
}
