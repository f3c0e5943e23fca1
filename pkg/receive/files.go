package receive

import (
	"cmp"
	"fmt"
	"os"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/config"
)

// CheckFiles reads the files that the receivers name: tokens, passwords,
// certificates. path is that of the list. What a server needs to open them is
// judged without opening anything.
func CheckFiles(path string, cfgs []Config) config.Problems {
	var ps config.Problems
	for i, c := range cfgs {
		at := fmt.Sprintf("%s[%d]", path, i)
		for _, f := range c.secretFiles(at) {
			if _, err := readSecret(f.file); err != nil {
				access.AddUnreadable(&ps, f.field, cmp.Or(f.allowed, access.SecretAllowed), err)
			}
		}
		ps = append(ps, c.SQS.checkCertificate(at+".sqs")...)
		if c.SNS == nil || c.SNS.CertificateFile == "" {
			continue
		}
		data, err := os.ReadFile(c.SNS.CertificateFile)
		if err == nil {
			if _, err = parseCertificate(data); err != nil {
				err = fmt.Errorf("%s: %w", c.SNS.CertificateFile, err)
			}
		}
		if err != nil {
			access.AddUnreadable(&ps, at+".sns.certificate_file", "a readable file with the signing certificate in PEM form", err)
		}
	}
	return ps
}

// secretFile is a file with a secret, allowed what stands in it where that is
// no token.
type secretFile struct{ field, file, allowed string }

// secretFiles are the files with a sender's token or password.
func (c Config) secretFiles(at string) []secretFile {
	var files []secretFile
	if a := c.Authorization; a != nil {
		if a.TokenFile != "" {
			files = append(files, secretFile{at + ".authorization.token_file", a.TokenFile, ""})
		}
		if a.Basic != nil && a.Basic.PasswordFile != "" {
			files = append(files, secretFile{at + ".authorization.basic.password_file", a.Basic.PasswordFile, ""})
		}
	}
	if c.Grafana != nil && c.Grafana.HMAC != nil && c.Grafana.HMAC.SecretFile != "" {
		files = append(files, secretFile{at + ".grafana.hmac.secret_file", c.Grafana.HMAC.SecretFile, ""})
	}
	if s := c.SQS; s != nil {
		if s.AccessKeyFile != "" {
			files = append(files, secretFile{at + ".sqs.access_key_file", s.AccessKeyFile, "a readable file with the access key id"})
		}
		if s.SecretKeyFile != "" {
			files = append(files, secretFile{at + ".sqs.secret_key_file", s.SecretKeyFile, "a readable file with the secret access key"})
		}
	}
	return files
}

// Warnings judges the secrets of the receivers: placeholders, files that
// everybody can read, and signatures that can be used again.
func Warnings(path string, cfgs []Config) config.Problems {
	var ps config.Problems
	for i, c := range cfgs {
		for _, f := range c.secretFiles(fmt.Sprintf("%s[%d]", path, i)) {
			ps = append(ps, access.SecretWarnings(f.field, f.file)...)
		}
		if c.Grafana != nil && c.Grafana.HMAC != nil && c.Grafana.HMAC.TimestampHeader == "" {
			ps.Add(fmt.Sprintf("%s[%d].grafana.hmac", path, i), "set timestamp_header here and in the contact point",
				"who records a request can send it again: the signature tells no time")
		}
	}
	return ps
}

// SendsSecrets reports whether its sender sends a token or a password. What
// an HMAC is made with never leaves the sender.
func (c Config) SendsSecrets() bool {
	return c.SQS == nil && c.Authorization != nil && (c.Authorization.TokenFile != "" || c.Authorization.Basic != nil)
}

// MailLabels are the names of all labels that a mail through this receiver
// can have before any rule: its own and those that extract makes. nil where it
// takes no mails.
func (c Config) MailLabels() []string {
	if c.Mail == nil {
		return nil
	}
	names := append([]string(nil), reserved...)
	for _, e := range c.Extract {
		for _, re := range []*config.Regexp{e.Subject, e.Body} {
			if re == nil || re.Regexp == nil {
				continue
			}
			for _, name := range re.SubexpNames() {
				if name != "" {
					names = append(names, name)
				}
			}
		}
	}
	return names
}
