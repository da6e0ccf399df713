"""httpx with one client per proxy and a shared TLS context. Takes and prints what measure.ts does."""

import asyncio
import inspect
import json
import resource
import ssl
import sys
import time

import httpx

# httpx calls it "proxies" until 0.25, and "proxy" since.
PROXY_OPTION = "proxy" if "proxy" in inspect.signature(httpx.AsyncClient).parameters else "proxies"


def proxy_host(octet, index):
    host = index % 65_000 + 1
    return f"127.{octet}.{host >> 8}.{host & 255}"


async def check(job, host, context, url):
    scheme = "socks5" if job["route"] == "socks5" else "http"
    proxy = {PROXY_OPTION: f"{scheme}://{host}:{job['port']}"}
    started_at = time.perf_counter()
    async with httpx.AsyncClient(verify=context, timeout=30, trust_env=False, **proxy) as client:
        response = await client.get(url)
    if response.status_code != 200:
        raise RuntimeError(f"status {response.status_code}")
    return (time.perf_counter() - started_at) * 1000


async def check_all(job, octet, checks, in_flight, context):
    url = ("https" if job["route"] == "https" else "http") + "://target.test/ip"
    hosts = iter([proxy_host(octet, index) for index in range(checks)])
    latencies, failures = [], []

    async def work():
        for host in hosts:
            try:
                latencies.append(await check(job, host, context, url))
            except Exception as error:
                failures.append(repr(error))

    await asyncio.gather(*[work() for _ in range(in_flight)])
    return latencies, failures


def cpu_ms():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1000


def memory_kb(field):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(field))


async def main():
    job = json.loads(sys.argv[1])
    context = ssl.create_default_context(cafile=job["caFile"])
    await check_all(job, 0, job["warmUp"], job["warmUpInFlight"], context)
    before_kb = memory_kb("VmRSS")
    cpu_before, started_at = cpu_ms(), time.perf_counter()
    latencies, failures = await check_all(
        job, job["octet"], job["checks"], job["inFlight"], context
    )
    report = {
        "checks": job["checks"],
        "ok": len(latencies),
        "cpuMs": cpu_ms() - cpu_before,
        "wallMs": (time.perf_counter() - started_at) * 1000,
        "peakRssKb": memory_kb("VmHWM"),
        "heldKb": memory_kb("VmHWM") - before_kb,
        "latenciesMs": latencies,
    }
    if failures:
        report["failure"] = failures[0]
    print(json.dumps(report))


asyncio.run(main())
