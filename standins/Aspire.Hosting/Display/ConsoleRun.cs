using System.Runtime.InteropServices;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Publishing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Display;

/// <summary>Runs an application in the foreground, until a signal or until it cannot start.</summary>
internal sealed class ConsoleRun(DistributedApplication application) : IDisposable
{
    private const int ExitCodeOfFailure = 1;
    private const int ExitCodeOfSecondSignal = 130;

    private readonly CancellationTokenSource _stop = new();
    private int _signals;

    private bool IsPublish => application.Services.GetRequiredService<DistributedApplicationExecutionContext>().IsPublishMode;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var orchestrator = application.Services.GetRequiredService<Orchestrator>();
        var output = application.Services.GetService<ConsoleOutput>();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => OnSignal(context, orchestrator));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => OnSignal(context, orchestrator));
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => OnSignal(context, orchestrator));
        using var stopping = application.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(_stop.Cancel);
        using var cancelled = cancellationToken.Register(_stop.Cancel);

        if (output is not null && !IsPublish)
        {
            output.Ready = () => orchestrator.HasBeenReady = true;
            output.Start();
        }

        var failure = await RunToEndAsync(orchestrator);
        await application.StopAsync(CancellationToken.None);
        if (output is not null)
        {
            await output.DisposeAsync();
        }

        if (failure is not null && output is null)
        {
            // Under test, output and exit code belong to the test.
            await application.DisposeAsync();
            throw new DistributedApplicationException(failure);
        }

        if (failure is not null)
        {
            // One line, even if the reason has several.
            await Console.Error.WriteLineAsync($"The application cannot {(IsPublish ? "be published" : "start")}: {PlainText.From(failure)}");
            Environment.ExitCode = ExitCodeOfFailure;
        }

        await application.DisposeAsync();
    }

    public void Dispose() => _stop.Dispose();

    private async Task<string?> RunToEndAsync(Orchestrator orchestrator)
    {
        try
        {
            if (IsPublish)
            {
                var path = await application.Services.GetRequiredService<ManifestPublisher>().PublishAsync(_stop.Token);
                await Console.Out.WriteLineAsync($"Published the manifest to {path}");
                return null;
            }

            await application.StartAsync(_stop.Token);
            var stopped = Task.Delay(Timeout.Infinite, _stop.Token);
            return await Task.WhenAny(stopped, orchestrator.StartFailure) == stopped ? null : await orchestrator.StartFailure;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return null;
        }
        catch (DistributedApplicationException exception)
        {
            return exception.Message;
        }
    }

    private void OnSignal(PosixSignalContext context, Orchestrator orchestrator)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _signals) == 1)
        {
            _stop.Cancel();
            return;
        }

        orchestrator.Processes.KillAll();
        Environment.Exit(ExitCodeOfSecondSignal);
    }
}
