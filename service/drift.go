package service

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// drift is how a job differs from what was approved.
type drift struct {
	job     *model.Job // as it is now; nil: it is gone
	changes []string   // for people; none: what was approved fits
	barred  bool       // Jenkins would refuse what was approved, or silently change it
	code    model.Code
	moved   []string // full names of jobs that one that is gone may have become
}

// fits tells whether the job takes what was approved.
func (f *drift) fits() bool { return len(f.changes) == 0 }

// seen is the fingerprint of what the job declares, "" when it is gone.
func (f *drift) seen() string {
	if f.job == nil {
		return ""
	}
	return model.Define(f.job.Parameters).Fingerprint()
}

func (f *drift) summary() string { return strings.Join(f.changes, "；") }

func (f *drift) add(barred bool, format string, args ...any) {
	f.changes, f.barred = append(f.changes, fmt.Sprintf(format, args...)), f.barred || barred
}

// compare says how a job, as Jenkins shows it now, differs from what d needs. job is nil when it is gone. Parameters that
// came with a default, and more choices, do no harm to what was approved.
func compare(d *model.Deployment, job *model.Job) drift {
	f := drift{job: job, code: model.CodeJobChanged}
	switch {
	case job == nil:
		f.code = model.CodeJenkinsNotFound
		f.add(true, "Jenkins 中没有任务 %s：已被删除、改名或移动，或者账号失去了它的 Job/Read 权限", d.FullName)
		if doubtful(d) {
			f.add(true, "此前的提交没有得到答复，而任务已不在，无法查找构建：请先确认是否已部署")
		}
		return f
	case job.Container:
		f.add(true, "%s 现在是文件夹或多分支项目，不是可以构建的任务", d.FullName)
		return f
	case !job.Buildable:
		f.code = model.CodeJenkinsDisabled
		f.add(true, "任务 %s 已被停用", d.FullName)
	}
	added := additions(d, job)
	if d.ReleaseParameter != "" && declared(job, d.ReleaseParameter) == nil {
		f.add(false, "不再声明参数 %s(上线单号)", d.ReleaseParameter)
	}
	for _, p := range d.Parameters {
		def := declared(job, p.Name)
		if def == nil && len(added) > 0 {
			f.add(false, "不再声明参数 %s(新增了 %s，可能是改名)", p.Name, strings.Join(added, "、"))
		} else if def == nil {
			f.add(false, "不再声明参数 %s", p.Name)
		} else if change := misfit(def, p, d.Definition); change != "" {
			f.add(true, "参数 %s %s", p.Name, change)
		}
	}
	for _, name := range added {
		if declared(job, name).Default == nil {
			f.add(false, "新增了没有默认值的参数 %s", name)
		}
	}
	return f
}

// additions are the parameters that the job did not declare when the release was asked for.
func additions(d *model.Deployment, job *model.Job) []string {
	var names []string
	for _, def := range job.Parameters {
		if _, known := d.Definition[def.Name]; !known && d.Definition != nil {
			names = append(names, def.Name)
		}
	}
	return names
}

func declared(job *model.Job, name string) *model.ParameterDefinition {
	i := slices.IndexFunc(job.Parameters, func(p model.ParameterDefinition) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return &job.Parameters[i]
}

// misfit says why Jenkins would not take a planned value as it is: it makes false of what is no boolean, refuses what is no
// choice, and what plugins do with a value that was not meant for them nobody knows.
func misfit(def *model.ParameterDefinition, p model.ParameterValue, before model.Definition) string {
	shown := model.Cut(p.Shown(), 40)
	switch {
	case def.Kind.Forbidden():
		return "改成了密码、文件或凭据，不能再传值"
	case def.Kind == model.KindChoice && !slices.Contains(def.Choices, p.Value):
		return "不再有选项 " + shown
	case def.Kind == model.KindBoolean && p.Value != "true" && p.Value != "false":
		return "改成了布尔值，Jenkins 会把 " + shown + " 当成 false"
	}
	if was, several := before.Kind(p.Name); was != "" {
		return conversion(def, p, was, several)
	}
	return ""
}

// conversion says why Jenkins might change a value that was meant for another kind, or for several where there is one now.
func conversion(def *model.ParameterDefinition, p model.ParameterValue, was model.ParameterKind, several bool) string {
	shown := model.Cut(p.Shown(), 40)
	switch {
	case was != def.Kind && (opaque(def.Kind) || len(p.Each) > 1):
		return "换了类型(" + string(was) + " → " + string(def.Kind) + ")，Jenkins 可能不接受或改掉 " + shown
	case several && !def.Multiple && len(p.Each) > 1:
		return "由多选改成了单选，不能再传 " + shown
	case !several && def.Multiple && len(p.Each) == 0 && strings.Contains(p.Value, ","):
		return "由单选改成了多选，Jenkins 会改掉 " + shown
	}
	return ""
}

// opaque tells whether Jenkins may silently change a value of this kind.
func opaque(kind model.ParameterKind) bool {
	return kind == model.KindExtendedChoice || kind == model.KindRun || kind == model.KindOther
}

// fit lets d be given to the job whole.
func (f *drift) fit(d *model.Deployment) {
	d.Parameterised = len(f.job.Parameters) > 0
	for i := range d.Parameters {
		d.Parameters[i].Dropped = false
	}
}

// goWithout lets d be given to the job without what the job does not declare any more.
func (f *drift) goWithout(d *model.Deployment) {
	f.fit(d)
	for _, i := range f.missing(d) {
		d.Parameters[i].Dropped = true
	}
	f.forgetNumber(d)
}

// forgetNumber lets d's build be known by its parameters when the job takes our number no more.
func (f *drift) forgetNumber(d *model.Deployment) {
	if d.ReleaseParameter != "" && declared(f.job, d.ReleaseParameter) == nil {
		d.ReleaseParameter = ""
	}
}

// missing are the indices of d's parameters that the job does not declare.
func (f *drift) missing(d *model.Deployment) []int {
	var missing []int
	for i, p := range d.Parameters {
		if declared(f.job, p.Name) == nil {
			missing = append(missing, i)
		}
	}
	return missing
}
