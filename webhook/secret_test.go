package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/egress"
)

// signed checks a signature as a receiver does.
func signed(c call, secret string) bool {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%s.%s.%s", c.said("X-MLflow-Delivery-Id"), c.said("X-MLflow-Timestamp"), c.body)
	return c.said("X-MLflow-Signature") == "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Case W7: a secret is not in any answer, error, log or file, and signs the
// identity, the time and the body.
func TestSecretsStayInside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		const secret = "s3cr3t-s3cr3t"
		d := draft("a")
		d.Secret = secret
		w := f.create(d)
		all, err := f.Webhooks(f.ctx, ws, 0, "")
		f.must(err)
		one, err := f.Webhook(f.ctx, ws, w.UID)
		f.must(err)
		if shown := fmt.Sprintf("%+v %+v %+v", w, all, one); strings.Contains(shown, secret) {
			t.Errorf("shown in %s", shown)
		}
		f.world.answer(func(call) (egress.Answer, error) {
			return egress.Answer{}, pedigree.Errorf(pedigree.Unavailable, "the host cannot be reached")
		})
		stop := f.run()
		f.tell("quotes \" and \n lines, <b>, \x00, \xff and ünï")
		first := <-f.world.calls
		second := <-f.world.calls
		if !signed(first, secret) || !signed(second, secret) || first.said("X-MLflow-Timestamp") == second.said("X-MLflow-Timestamp") {
			t.Errorf("signatures %v, %v", first.header, second.header)
		}
		var got struct{ Data map[string]string }
		if err := json.Unmarshal([]byte(first.body), &got); err != nil || got.Data["name"] != "quotes \" and \n lines, <b>, \x00, \uFFFD and ünï" {
			t.Errorf("%s reads as %q (%v)", first.body, got.Data, err)
		}
		time.Sleep(time.Hour)
		if f.log.String() == "" || strings.Contains(f.log.String(), secret) {
			t.Errorf("log: %s", f.log)
		}
		other := secret + "!"
		_, err = f.Update(f.ctx, ws, w.UID, Change{Secret: &other})
		f.must(err)
		result, err := f.Test(f.ctx, ws, w.UID, Event{})
		f.must(err)
		for len(f.world.calls) > 1 {
			<-f.world.calls
		}
		if c := <-f.world.calls; !signed(c, other) || strings.Contains(fmt.Sprint(result), secret) {
			t.Errorf("after the change: %v, %+v", c.header, result)
		}
		stop()
		for _, name := range []string{"", "-wal", ".key"} {
			if text, err := os.ReadFile(f.path + name); err != nil || strings.Contains(string(text), secret) {
				t.Errorf("%s%s holds it (%v)", f.path, name, err)
			}
		}
	})
}

func TestWithoutASecretNothingIsSigned(t *testing.T) {
	f := open(t)
	d := draft("a")
	d.Secret = "s"
	w := f.create(d)
	none := ""
	_, err := f.Update(f.ctx, ws, w.UID, Change{Secret: &none})
	f.must(err)
	f.world.always(200)
	_, err = f.Test(f.ctx, ws, w.UID, Event{})
	f.must(err)
	if c := <-f.world.calls; c.said("X-MLflow-Signature") != "" || c.said("X-MLflow-Delivery-Id") == "" {
		t.Errorf("header %v", c.header)
	}
}

func TestNothingIsSentWithoutTheSignatureThatWasAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		d := draft("a")
		d.Secret = "s"
		w := f.create(d)
		f.must(os.Remove(f.path + ".key"))
		f.reopen()
		defer f.run()()
		f.tell("m")
		synctest.Wait()
		want := "the webhook's secret cannot be read with this server's key; set it anew"
		if got := f.history(w.UID); len(f.world.calls) != 0 || got[0].State != pedigree.Failed || got[0].Error != want {
			t.Errorf("history %+v", got)
		}
		result, err := f.Test(f.ctx, ws, w.UID, Event{})
		if err != nil || result != (TestResult{Error: "Failed to test webhook: " + want}) || len(f.world.calls) != 0 {
			t.Errorf("test gives %+v, %v", result, err)
		}
	})
}

// Case W8: what looks like a variable, a file or a template is text.
func TestValuesAreTakenLiterally(t *testing.T) {
	t.Setenv("PEDIGREE_W8", "expanded")
	for _, secret := range []string{"$PEDIGREE_W8", "${PEDIGREE_W8}", "%PEDIGREE_W8%", "env:PEDIGREE_W8", "file:///etc/hostname", "@/etc/hostname", "{{ .Env.PEDIGREE_W8 }}"} {
		f := open(t)
		w := f.create(Draft{
			Name: "a", Description: secret, URL: "https://example.com/" + strings.NewReplacer(" ", "", "%", "").Replace(secret), Secret: secret, Events: []Event{versionCreated},
		})
		f.world.always(200)
		_, err := f.Test(context.Background(), ws, w.UID, Event{})
		f.must(err)
		if c := <-f.world.calls; !signed(c, secret) || c.url != w.URL || w.Description != secret || strings.Contains(c.url+c.body, "expanded") {
			t.Errorf("%s: sent to %s: %s", secret, c.url, c.body)
		}
	}
}
