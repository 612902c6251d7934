using System.Diagnostics;
using System.Text.Json;

namespace Godzilla.Gateway.AccessLog;

/// <summary>A request that has ended. Its query is left out: it may hold secrets.</summary>
internal readonly record struct AccessEntry(
    DateTimeOffset Time, string Method, string Path, int Status, long Bytes, TimeSpan Duration, ActivityTraceId TraceId, string? User, string Address)
{
    private const int MaxPathLength = 1024;

    /// <summary>Writes one object: time, method, path, status, bytes, duration in milliseconds, trace id, user, address.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("time"u8, Time);
        json.WriteString("method"u8, Method);
        json.WriteString("path"u8, Path.AsSpan(0, Math.Min(Path.Length, MaxPathLength)));
        json.WriteNumber("status"u8, Status);
        json.WriteNumber("bytes"u8, Bytes);
        json.WriteNumber("ms"u8, Math.Round(Duration.TotalMilliseconds, 3));
        json.WriteString("trace_id"u8, TraceId.ToHexString());
        json.WriteString("user"u8, User);
        json.WriteString("address"u8, Address);
        json.WriteEndObject();
    }
}
