package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/jenkins"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service"
)

// listingTimeout bounds the one check that reads every job: a big Jenkins takes its time for the first listing.
const listingTimeout = 30 * time.Second

const loginRemedy = "give the user Overall/Read and a valid API token, and set jenkins[].user and token · " +
	"在 Jenkins 中授予 Overall/Read、重新生成 API Token，并更新 jenkins 的 user 与 token"

// jenkinsExamination are the checks of one controller.
type jenkinsExamination struct {
	*examination
	cfg    config.Jenkins
	rules  service.CatalogueRules
	client *jenkins.Client
	status jenkins.Status
	err    error // why there is no status although the controller answers

	listing *model.Listing // nil: there is none
}

// jenkins returns what the controller lists, nil when it does not.
func (d *examination) jenkins(ctx context.Context, cfg config.Jenkins, rules service.CatalogueRules) *model.Listing {
	e := &jenkinsExamination{examination: d, cfg: cfg, rules: rules}
	reachable := e.check(ctx, e.name("reachable"), e.reach)
	if e.client != nil {
		defer e.client.Close()
	}
	// Whatever comes later fails for the same reason.
	if reachable.status == statusFail || e.check(ctx, e.name("login"), e.login).status == statusFail {
		return nil
	}
	for _, folder := range cfg.Folders {
		e.check(ctx, e.name("folder "+folder), func(ctx context.Context) finding { return e.folder(ctx, folder) })
	}
	e.apps(ctx)
	e.check(ctx, e.name("clock"), func(context.Context) finding { return clockFinding(e.status.Ahead) })
	return e.listing
}

func (e *jenkinsExamination) name(check string) string { return "jenkins " + e.cfg.Name + ": " + check }

func (e *jenkinsExamination) reach(ctx context.Context) finding {
	var err error
	if e.client, err = newJenkins(e.cfg, time.Now, nil); err != nil {
		return broken(err.Error(), reachRemedy)
	}
	e.status, e.err = e.client.Ping(ctx)
	switch code := model.CodeOf(e.err); {
	case code == model.CodeJenkinsAuth || code == model.CodeJenkinsForbidden:
		return fine("it answers, but refuses the login · 可达，但拒绝登录")
	case e.err != nil:
		return unreached(code, e.err)
	case e.status.Version == "":
		return doubtful("it answers without Jenkins' version: a proxy, or no Jenkins · 应答中没有 Jenkins 版本，可能是代理或其他服务", addressRemedy)
	case e.status.QuietingDown:
		return doubtful("version "+e.status.Version+", preparing for shutdown: new builds wait · 准备关闭，新的构建会一直排队",
			"restart Jenkins or cancel its shutdown · 重启 Jenkins，或取消“准备关闭”")
	}
	return fine("version " + e.status.Version + " · 可达")
}

// What to do about a Jenkins that does not answer, and about something else that answers in its place.
const (
	reachRemedy   = "check jenkins[].url, and that Jenkins runs and can be reached from here · 检查 jenkins.url、Jenkins 是否运行、网络是否可达"
	addressRemedy = "write the whole address that a browser shows for Jenkins' front page, with its path · 填写浏览器中 Jenkins 首页的完整地址，包括路径"
)

// unreached says why there is no status, and what to do about this very reason.
func unreached(code model.Code, err error) finding {
	switch status := jenkins.StatusOf(err); {
	case status == http.StatusNotFound:
		return broken("/api/json is not there (HTTP 404): this is no Jenkins, or the path prefix is missing · 这不是 Jenkins，或缺少路径前缀",
			addressRemedy)
	case status == http.StatusServiceUnavailable:
		return broken("it is starting or in maintenance · 正在启动或维护："+explain(err),
			"wait until its front page opens, then ask again · 等首页能打开后再检查")
	case status == http.StatusTooManyRequests:
		return broken(explain(err), "a proxy before Jenkins limits calls: let this machine's pass · Jenkins 前的代理限制了调用，请放行本机")
	case status >= http.StatusInternalServerError:
		return broken(explain(err), "look into the log of Jenkins, and of the proxy before it · 查看 Jenkins 及其代理的日志")
	case code == model.CodeJenkinsProtocol:
		return broken(explain(err), addressRemedy)
	}
	return broken(explain(err), reachRemedy)
}

func (e *jenkinsExamination) login(ctx context.Context) finding {
	who, err := e.client.WhoAmI(ctx)
	if err == nil {
		err = e.err
	}
	switch {
	case err != nil:
		return broken(explain(err), loginRemedy)
	case who.Anonymous:
		return broken("Jenkins takes us for nobody (anonymous) · 未登录(匿名)", loginRemedy)
	case who.Name != e.cfg.User:
		return doubtful(fmt.Sprintf("logged in as %q, configured as %q: our builds may not be recognised · 实际账号与配置不同", who.Name, e.cfg.User),
			"write jenkins[].user exactly as Jenkins does · 将 jenkins.user 改为 Jenkins 中的账号名")
	}
	return fine("as " + who.Name + " · 已登录")
}

func (e *jenkinsExamination) folder(ctx context.Context, folder string) finding {
	const remedy = "correct jenkins[].folders, or give the user Job/Read and Job/Build on the folder · " +
		"修改 jenkins.folders，或授予该账号 Job/Read 与 Job/Build 权限"
	sight, err := e.client.JobVisible(ctx, strings.Trim(folder, "/"))
	switch {
	case err != nil:
		return broken(explain(err), remedy)
	case !sight.Visible:
		return broken("it does not exist, or the user may not see it · 不存在或无权查看", remedy)
	case !sight.Container:
		return broken("it is a job and no folder · 它是任务，不是文件夹", remedy)
	}
	return fine("visible; Job/Build and Job/Cancel cannot be asked beforehand and show at the first release · " +
		"可见；Job/Build 与 Job/Cancel 无法预先查询，首次上线时才能看出")
}

// apps looks at everything on offer, then at what of it can be found again after an accident.
func (e *jenkinsExamination) apps(ctx context.Context) {
	var found service.Surveyed
	f := e.checkWithin(ctx, listingTimeout, e.name("apps"), func(ctx context.Context) finding {
		listing, err := e.client.List(ctx)
		if err != nil {
			return broken(explain(err), "see that Jenkins is well, or narrow what the user sees · 检查 Jenkins 状态，或缩小账号可见范围")
		}
		e.listing = &listing
		found = service.Survey(e.rules, listing, e.cfg.ReleaseParameter)
		if found.Apps == 0 {
			return broken(fmt.Sprintf("none among %d items%s: forms have nothing to offer · 没有可选应用", len(listing.Jobs), unplaced(found)),
				"check folders, include, exclude and project of this Jenkins, and the user's Job/Read · "+
					"检查 folders、include、exclude、project 以及 Job/Read 权限")
		}
		return fine(fmt.Sprintf("%d apps in %d projects, %d disabled left out%s · %[1]d 个应用",
			found.Apps, found.Projects, found.Disabled, unplaced(found)))
	})
	if f.status == statusOK && len(e.rules.Named) > 0 {
		e.check(ctx, e.name("projects"), func(context.Context) finding { return e.explicit(found) })
	}
	if f.status == statusOK {
		e.check(ctx, e.name("release parameter"), func(context.Context) finding { return e.releaseParameter(found) })
	}
}

// unplaced says how many jobs no project takes; "" when none is left out for that.
func unplaced(found service.Surveyed) string {
	if found.Unplaced == 0 {
		return ""
	}
	return fmt.Sprintf(", %d that project does not match left out", found.Unplaced)
}

// explicit looks for the apps that the section projects lists.
func (e *jenkinsExamination) explicit(found service.Surveyed) finding {
	if len(found.Missing) == 0 {
		return fine(fmt.Sprintf("all %d jobs that projects name are there · projects 里的任务都在", len(e.rules.Named)))
	}
	return doubtful(
		fmt.Sprintf("%d of %d jobs that projects name are not listed: %s · projects 里有任务不存在或无权查看", len(found.Missing), len(e.rules.Named), few(found.Missing)),
		"correct projects[].apps[].job, or give the user Job/Read on them · 修改 projects 的 job，或授予该账号 Job/Read")
}

// appsShown is how many apps a warning names.
const appsShown = 3

// few names the first of them.
func few(names []string) string {
	text := strings.Join(names[:min(len(names), appsShown)], ", ")
	if len(names) > appsShown {
		text += " …"
	}
	return text
}

func (e *jenkinsExamination) releaseParameter(found service.Surveyed) finding {
	missing := found.Undeclared
	if e.cfg.ReleaseParameter == "" {
		return doubtful("release_parameter is empty: after a broken connection builds are found by parameters and time only · 未配置上线单号参数",
			"set jenkins[].release_parameter, for example to RELEASE_ID · 设置 jenkins.release_parameter，例如 RELEASE_ID")
	}
	if len(missing) == 0 {
		return fine("every app declares " + e.cfg.ReleaseParameter + " · 全部已声明")
	}
	return doubtful(
		fmt.Sprintf("%d of %d apps do not declare %s: %s. After a broken connection their builds are found by parameters and time, "+
			"which is less certain · 未声明上线单号参数，断线后只能按参数与时间找回构建", len(missing), found.Apps, e.cfg.ReleaseParameter, few(missing)),
		"add a string parameter "+e.cfg.ReleaseParameter+" to these jobs; nothing needs to read it · 为这些任务添加同名的字符串参数")
}
