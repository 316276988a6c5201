//go:build unix

package service

import (
	"syscall"
	"testing"
)

// BenchmarkSearch searches all 20,000 apps of one project, in under 2 ms. "cpu-µs/op" is what the
// processor worked; it does not grow when the machine has other things to do, as "ns/op" does.
func BenchmarkSearch(b *testing.B) {
	list := companyApps(20_000)
	x := newAlphabet().newSearchIndex(list)
	for _, keyword := range []string{
		"支付核心 00000", "重庆", "zhifuhexin", "zfhx", "chongqingyinhang", "cqyh", "zf hx", "服务", "service", "e", "0", "z",
		"prod:deploy/team-99", "service-09-09-19999", "没有这个", "meiyouzhege", "service 支付 zf",
	} {
		b.Run(keyword, func(b *testing.B) {
			b.ReportAllocs()
			total, before := 0, worked(b)
			for b.Loop() {
				_, total = x.find(keyword, maxOptions, nil)
			}
			b.ReportMetric((worked(b)-before)/float64(b.N), "cpu-µs/op")
			b.ReportMetric(float64(total), "found")
		})
	}
}

// worked is how many microseconds the processor worked for this process.
func worked(b *testing.B) float64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return float64(used.Utime.Nano()+used.Stime.Nano()) / 1e3
}

// BenchmarkSearchIndex makes the index of 20,000 apps.
func BenchmarkSearchIndex(b *testing.B) {
	list := companyApps(20_000)
	a := newAlphabet()
	b.ReportAllocs()
	for b.Loop() {
		a.newSearchIndex(list)
	}
}
