package rig

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"strings"
	"time"
)

// SNS signs messages as Amazon SNS does, with a key made for the occasion.
type SNS struct {
	Topic string
	key   *rsa.PrivateKey
}

// NewSNS makes a key and writes its certificate to a file.
func NewSNS(topic, certificateFile string) (*SNS, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("make a signing key: %w", err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "sns.amazonaws.com"}, DNSNames: []string{"sns.amazonaws.com"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("make a certificate: %w", err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return &SNS{Topic: topic, key: key}, os.WriteFile(certificateFile, text, 0o600)
}

// Notification returns a signed body (SignatureVersion 2), fields in the order
// of the Amazon SNS Developer Guide's string to sign.
func (s *SNS) Notification(subject, message string, at time.Time) ([]byte, error) {
	m := map[string]string{
		"Type": "Notification", "MessageId": rand.Text(), "TopicArn": s.Topic, "Message": message,
		"Timestamp": at.UTC().Format("2006-01-02T15:04:05.000Z"), "SignatureVersion": "2",
		"SigningCertURL": "https://sns.ap-northeast-1.amazonaws.com/SimpleNotificationService-rig.pem",
		"UnsubscribeURL": "https://sns.ap-northeast-1.amazonaws.com/?Action=Unsubscribe",
	}
	if subject != "" {
		m["Subject"] = subject
	}
	var text strings.Builder
	for _, name := range []string{"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"} {
		if v, ok := m[name]; ok {
			text.WriteString(name + "\n" + v + "\n")
		}
	}
	sum := sha256.Sum256([]byte(text.String()))
	signature, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, sum[:])
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	m["Signature"] = base64.StdEncoding.EncodeToString(signature)
	return json.Marshal(m)
}

// Mail is a mail for SES to have received.
type Mail struct {
	From, Subject, Text string
	At                  time.Time
	// DMARC is the verdict, PASS if empty.
	DMARC string
}

// ReceivedMail is what SES publishes of a mail, with its content in Base64.
func ReceivedMail(m Mail) (string, error) {
	if m.DMARC == "" {
		m.DMARC = "PASS"
	}
	id := rand.Text()
	raw := "From: " + m.From + "\r\nTo: alerts@in.example.jp\r\n" +
		"Subject: =?UTF-8?B?" + base64.StdEncoding.EncodeToString([]byte(m.Subject)) + "?=\r\n" +
		"Date: " + m.At.Format(time.RFC1123Z) + "\r\nMessage-ID: <" + id + "@monitor.example.jp>\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" +
		strings.ReplaceAll(m.Text, "\n", "\r\n") + "\r\n"
	pass := map[string]string{"status": "PASS"}
	data, err := json.Marshal(map[string]any{
		"notificationType": "Received",
		"mail": map[string]any{
			"timestamp": m.At.UTC().Format("2006-01-02T15:04:05.000Z"), "source": "bounce@monitor.example.jp", "messageId": id,
			"destination":   []string{"alerts@in.example.jp"},
			"commonHeaders": map[string]any{"from": []string{m.From}, "subject": m.Subject},
		},
		"receipt": map[string]any{
			"recipients": []string{"alerts@in.example.jp"}, "spamVerdict": pass, "virusVerdict": pass, "spfVerdict": pass,
			"dkimVerdict": pass, "dmarcVerdict": map[string]string{"status": m.DMARC},
			"action": map[string]string{"type": "SNS", "encoding": "BASE64"},
		},
		"content": base64.StdEncoding.EncodeToString([]byte(raw)),
	})
	return string(data), err
}
