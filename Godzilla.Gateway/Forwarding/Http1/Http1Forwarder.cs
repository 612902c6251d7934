using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Godzilla.Gateway.Limits;
using Godzilla.Gateway.Shutdown;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Godzilla.Gateway.Forwarding.Http1;

/// <summary>
/// Forwards ordinary requests over HTTP/1.1 without HttpClient, which costs a gateway more than all else it does (bench/README.md). What is
/// not ordinary goes YARP's own way: upgrades, large bodies and those of unknown length, services behind HTTPS or HTTP/2, routes with transforms.
/// A body is read before a service hears of the request, so that a slow client occupies none.
/// </summary>
internal sealed class Http1Forwarder(
    IHttpForwarder yarp, UpstreamPools pools, IdentitySigner signer, GatewayInstance instance, IOptions<ForwardingOptions> options) : IHttpForwarder
{
    private const int MaxBody = 64 * 1024;

    // One packet. What is shorter is sent with the head.
    private const int MaxBodyWithHead = 4096;

    private static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(100); // As YARP's.
    private static readonly ActivitySource Source = new("Godzilla.Gateway.Forwarding");

    public ValueTask<ForwarderError> SendAsync(
        HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer) =>
        SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, CancellationToken.None);

    public ValueTask<ForwarderError> SendAsync(
        HttpContext context,
        string destinationPrefix,
        HttpMessageInvoker httpClient,
        ForwarderRequestConfig requestConfig,
        HttpTransformer transformer,
        CancellationToken cancellationToken) =>
        context.GetEndpoint()?.Metadata.GetMetadata<RoutePolicy>() is { HasTransforms: false } policy
        && requestConfig is not { VersionPolicy: HttpVersionPolicy.RequestVersionExact, Version.Major: > 1 }
        && IsOrdinary(context, policy)
        && pools.Find(destinationPrefix) is { } pool
            ? ForwardAsync(context, policy, pool, requestConfig.ActivityTimeout ?? DefaultLimit)
            : yarp.SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, cancellationToken);

    private static bool IsOrdinary(HttpContext context, RoutePolicy policy)
    {
        var request = context.Request;
        return request.Headers.Upgrade.Count == 0
            && !HttpMethods.IsConnect(request.Method)
            && (request.ContentLength is { } length ? length <= MaxBody : !RequestBody.IsPossible(context))
            && (policy.DropsCookies || request.Headers.Cookie.Count <= 1)
            && RequestHead.IsPlain(request);
    }

    private ValueTask<ForwarderError> ForwardAsync(HttpContext context, RoutePolicy policy, UpstreamPool pool, TimeSpan limit) =>
        context.Request.ContentLength is > 0 and var length
            ? ForwardWithBodyAsync(context, policy, pool, limit, (int)length)
            : ForwardAsync(context, policy, pool, limit, body: default);

    private async ValueTask<ForwarderError> ForwardWithBodyAsync(HttpContext context, RoutePolicy policy, UpstreamPool pool, TimeSpan limit, int length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var body = buffer.AsMemory(0, length);
            await context.Request.Body.ReadExactlyAsync(body, context.RequestAborted);
            return await ForwardAsync(context, policy, pool, limit, body);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client left, cut its own request off, or was too slow.
            var status = (exception as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status499ClientClosedRequest;
            return Fail(context, ForwarderError.RequestBodyClient, exception, status);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ForwarderError> ForwardAsync(HttpContext context, RoutePolicy policy, UpstreamPool pool, TimeSpan limit, ReadOnlyMemory<byte> body)
    {
        using var activity = Source.HasListeners() ? Start(context, pool) : null;
        var isRepeatable = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || HttpMethods.IsOptions(context.Request.Method);
        while (true)
        {
            UpstreamConnection? connection = null;
            try
            {
                connection = Take(pool, isRepeatable) ?? await ConnectAsync(pool, context.RequestAborted);
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                Failed(activity, exception);
                return context.RequestAborted.IsCancellationRequested
                    ? Fail(context, ForwarderError.RequestCanceled, exception, StatusCodes.Status499ClientClosedRequest)
                    : Fail(context, ForwarderError.Request, NoConnection(pool, exception), StatusCodes.Status502BadGateway);
            }

            var isReusable = false;
            var hasAnswered = false;
            try
            {
                ResponseFraming framing;
                using (context.RequestAborted.UnsafeRegister(static connection => ((UpstreamConnection)connection!).Dispose(), connection))
                {
                    connection.Allow(limit);
                    await SendAsync(connection, context, policy, pool, body);
                    int head;
                    while ((head = FinalHead(connection)) == 0)
                    {
                        if (!await connection.ReceiveAsync())
                        {
                            throw new EndOfStreamException("The service ended the connection without an answer.");
                        }

                        hasAnswered = true;
                    }

                    framing = ResponseHead.Copy(connection.Take(head), context.Response);
                    if (ResponseHead.CanHaveBody(context.Request.Method, framing.Status))
                    {
                        await ResponseBody.CopyAsync(connection, framing, context.Response.BodyWriter, limit);
                    }
                }

                isReusable = framing.KeepsConnection && connection.Received.IsEmpty && !context.RequestAborted.IsCancellationRequested;
                Answered(activity, framing.Status);
                return ForwarderError.None;
            }
            catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException or UpstreamException)
            {
                // The service closed a connection that rested, as the request was on its way.
                if (connection.IsReused && isRepeatable && !hasAnswered && !connection.HasTimedOut && !context.RequestAborted.IsCancellationRequested)
                {
                    continue;
                }

                Failed(activity, exception);
                return Fail(context, connection, exception, hasAnswered);
            }
            finally
            {
                if (isReusable)
                {
                    pool.Return(connection);
                }
                else
                {
                    pool.Close(connection);
                }
            }
        }
    }

    // A request that must not be sent twice gets a connection that is surely open.
    private static UpstreamConnection? Take(UpstreamPool pool, bool isRepeatable)
    {
        while (pool.TryTake() is { } connection)
        {
            if (isRepeatable || !connection.IsDead())
            {
                return connection;
            }

            pool.Close(connection);
        }

        return null;
    }

    private async ValueTask<UpstreamConnection> ConnectAsync(UpstreamPool pool, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Value.ConnectTimeout);
        return await pool.ConnectAsync(limit.Token);
    }

    private async ValueTask SendAsync(UpstreamConnection connection, HttpContext context, RoutePolicy policy, UpstreamPool pool, ReadOnlyMemory<byte> body)
    {
        var (request, head) = (context.Request, connection.Request);
        head.Start(request, pool.Host, policy.DropsCookies, ContentLength(request, body));
        if (request.IsHttps)
        {
            head.Lines.Write("X-Forwarded-Proto: https\r\n"u8);
        }

        signer.Sign(head.Lines, policy.Service, ForwardedIdentity.Of(context, instance), request.Method, request.Path.Value!);
        head.End();
        if (body.Length <= MaxBodyWithHead)
        {
            head.Lines.Write(body.Span);
            body = default;
        }

        await connection.SendAsync(head.Written);
        if (!body.IsEmpty)
        {
            await connection.SendAsync(body);
        }
    }

    // A method that usually has a body says so when it has none (RFC 9110, section 8.6).
    private static long? ContentLength(HttpRequest request, ReadOnlyMemory<byte> body) =>
        body.Length > 0 || HttpMethods.IsPost(request.Method) || HttpMethods.IsPut(request.Method) || HttpMethods.IsPatch(request.Method) ? body.Length : null;

    // The length of the final response's head, 0 while it is not there. Interim responses (1xx) are read over.
    private static int FinalHead(UpstreamConnection connection)
    {
        while (ResponseHead.LengthOf(connection.Received) is > 0 and var length)
        {
            switch (ResponseHead.StatusOf(connection.Received[..length]))
            {
                case StatusCodes.Status101SwitchingProtocols:
                    throw new UpstreamException("An upgrade that nobody asked for.");
                case < 200:
                    connection.Take(length);
                    break;
                default:
                    return length;
            }
        }

        return 0;
    }

    private static ForwarderError Fail(HttpContext context, UpstreamConnection connection, Exception exception, bool hasAnswered)
    {
        var response = context.Response;
        if (response.HasStarted || response.BodyWriter.UnflushedBytes > 0)
        {
            // The client must not take what it has for the whole.
            Abort(context);
            var isCanceled = context.RequestAborted.IsCancellationRequested && !connection.HasTimedOut;
            return Fail(context, isCanceled ? ForwarderError.ResponseBodyCanceled : ForwarderError.ResponseBodyDestination, exception, response.StatusCode);
        }

        if (hasAnswered)
        {
            response.Clear();
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            return Fail(context, ForwarderError.RequestCanceled, exception, StatusCodes.Status499ClientClosedRequest);
        }

        return connection.HasTimedOut
            ? Fail(context, ForwarderError.RequestTimedOut, exception, StatusCodes.Status504GatewayTimeout)
            : Fail(context, hasAnswered ? ForwarderError.ResponseHeaders : ForwarderError.Request, exception, StatusCodes.Status502BadGateway);
    }

    private static ForwarderError Fail(HttpContext context, ForwarderError error, Exception exception, int status)
    {
        context.Features.Set<IForwarderErrorFeature>(new Failure(error, exception));
        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = status;
        }

        return error;
    }

    private static void Abort(HttpContext context)
    {
        if (context.Features.Get<IHttpResetFeature>() is { } reset)
        {
            const int internalError = 2; // RFC 9113, section 7.
            reset.Reset(internalError);
            return;
        }

        context.Abort();
    }

    // What says that the service has not heard of the request (ForwardingFailures).
    private static HttpRequestException NoConnection(UpstreamPool pool, Exception exception) =>
        new(HttpRequestError.ConnectionError, $"No connection to {pool.Host}.", exception);

    private static void Answered(Activity? activity, int status)
    {
        activity?.SetTag("http.response.status_code", status);
        if (activity is not null && status >= StatusCodes.Status400BadRequest)
        {
            activity.SetStatus(ActivityStatusCode.Error).SetTag("error.type", status.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void Failed(Activity? activity, Exception exception) =>
        activity?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", exception.GetType().FullName);

    // https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client
    private static Activity? Start(HttpContext context, UpstreamPool pool) => Source
        .StartActivity(context.Request.Method, ActivityKind.Client)?
        .SetTag("http.request.method", context.Request.Method)
        .SetTag("server.address", pool.Address.Host)
        .SetTag("server.port", pool.Address.Port)
        .SetTag("url.full", new Uri(pool.Address, context.Request.Path.Value).ToString());

    private sealed record Failure(ForwarderError Error, Exception? Exception) : IForwarderErrorFeature;
}
