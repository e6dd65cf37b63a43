# 联络员。`make` 列出能做什么；每个目标在刚取下的代码上都能直接用，缺什么先装什么。
#
# 变量：PYTHON=解释器（3.11–3.13，不给就自己找）  ARGS="传给 pytest 等的参数"  VENV=虚拟环境目录

VENV    ?= .venv
ARGS    ?=
BIN     := $(VENV)/bin
PIP     := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
GATEWAY := tests/gateway/node_modules/.installed

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run install test fast lint format corpus learn bench lock hooks clean

help: ## 列出这些目标
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run-installed ## 启动机器人和演示群，按 Ctrl-C 停
	@exec $(BIN)/liaison run

install: $(VENV)/.dev-installed ## 装好全部依赖（虚拟环境 .venv）

test: install gateway ## 跑全部测试；缺 Node、Chromium、PostgreSQL 时跳过相应部分，并在最后说明
	$(BIN)/python -m pytest -m "" $(ARGS)

fast: install ## 只跑快的测试：五六分钟，除 Python 外什么都不用
	$(BIN)/python -m pytest $(ARGS)

lint: install ## 检查写法、类型、导入方向
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install ## 自动整理写法
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

corpus: install ## 读一遍语料，给出各类记录的得分
	$(BIN)/python -m tests.corpus $(ARGS)

learn: install $(VENV)/.learn-installed ## 从语料重新学“这段话是做什么的”“建议归哪一类”“听着像不像生病”，写进 bot/rules/
	$(BIN)/python -m tests.corpus.learn --held-out

bench: install $(VENV)/.bench-installed ## 测快慢、内存和启动时间，与同类程序比；JSON=文件 另存一份
	$(BIN)/python -m bench $(if $(JSON),--json "$(JSON)") $(ARGS)

lock: .venvs/lock/bin/uv ## 按 pyproject.toml 重新锁定依赖
	$< $(COMPILE) --group build pyproject.toml -o requirements/run.lock
	$< $(COMPILE) --group dev pyproject.toml -o requirements/dev.lock
	$< $(COMPILE) --group bench pyproject.toml -o requirements/bench.lock
	$< $(COMPILE) --group learn pyproject.toml -o requirements/learn.lock

hooks: ## 提交前自动检查（只用本机命令）
	git config core.hooksPath tools/hooks

clean: ## 删除虚拟环境和各种缓存；不动数据
	rm -rf .venv .venvs build *.egg-info tests/gateway/node_modules
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# ── 怎样装 ──────────────────────────────────────────────────────────────────────────────────────────────────────
# 锁文件带散列值，装到的与锁定时逐字节相同。没有变化时，下面的标记文件使 make 什么也不做。

COMPILE := pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

$(BIN)/python:
	@PYTHON="$(PYTHON)" sh tools/venv.sh $(VENV)

$(VENV)/.run-installed: requirements/run.lock pyproject.toml | $(BIN)/python
	@echo "正在安装运行所需的依赖（第一次约一分钟）…"
	@$(PIP) install --require-hashes -r requirements/run.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev-installed: requirements/dev.lock pyproject.toml | $(BIN)/python
	@echo "正在安装全部依赖（第一次约一两分钟）…"
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run-installed

$(VENV)/.learn-installed: requirements/learn.lock | $(VENV)/.dev-installed
	@$(PIP) install --require-hashes -r $<
	@touch $@

# Only for the comparison: where one of them can't be installed, the bench goes without.
$(VENV)/.bench-installed: requirements/bench.lock | $(VENV)/.dev-installed
	@echo "正在安装拿来比较的同类程序…"
	@$(PIP) install --require-hashes -r $< || echo "没有装上，这次不比"
	@touch $@

.PHONY: gateway
gateway: # 测试用的 Wechaty 网关；没有 Node 就不装，相应测试会说明
	@if command -v npm >/dev/null 2>&1; then $(MAKE) -s $(GATEWAY); fi

$(GATEWAY): tests/gateway/package-lock.json
	@echo "正在安装测试用的 Wechaty 网关…"
	@if npm ci --prefix tests/gateway --loglevel=error --no-audit --no-fund --fetch-retries=1; then touch $@; \
	else echo "网关没有装上，用到它的测试会跳过。"; fi

.venvs/lock/bin/uv: pyproject.toml
	@PYTHON="$(PYTHON)" sh tools/venv.sh .venvs/lock
	@.venvs/lock/bin/python -m pip --disable-pip-version-check -q install -U uv
	@touch $@
