using Godzilla.ServiceDefaults.Errors;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Chat.SignalR;

/// <summary>
/// Applies the <see cref="FailurePolicy"/> to hub calls. An outage becomes the hub error "Service Unavailable", as HTTP's 503. SignalR's
/// own log of failed calls, which does not separate a client's mistakes from ours, is off. It also counts the calls in hand.
/// </summary>
internal sealed class HubErrorFilter(FailurePolicy policy, HubCalls calls) : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        calls.Begin();
        try
        {
            return await next(invocationContext);
        }
        catch (Exception exception) when (policy.IsOutage(exception, invocationContext.HubMethodName))
        {
            throw new HubException("Service Unavailable", exception);
        }
        catch (Exception exception) when (exception is not HubException)
        {
            policy.Report(exception, invocationContext.HubMethodName, invocationContext.Context.ConnectionAborted);
            throw;
        }
        finally
        {
            calls.End();
        }
    }

    public async Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (policy.IsOutage(exception, nameof(OnConnectedAsync)))
        {
            // SignalR's own close would tell the client not to come back.
            context.Context.Abort();
        }
        catch (OperationCanceledException) when (context.Context.ConnectionAborted.IsCancellationRequested)
        {
            // The client has left.
        }
        catch (Exception exception)
        {
            policy.Report(exception, nameof(OnConnectedAsync), context.Context.ConnectionAborted);
            throw;
        }
    }
}
