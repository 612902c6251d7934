using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Display;

/// <summary>Shows the app host's own log among the resources' lines.</summary>
internal sealed class ConsoleOutputLoggerProvider(IServiceProvider services) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Logger(services, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(IServiceProvider services, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            var text = $"{logLevel}: {category}: {formatter(state, exception)}{(exception is null ? "" : $" {exception.Message}")}";
            services.GetRequiredService<ConsoleOutput>().WriteLine("app host", text);
        }
    }
}
