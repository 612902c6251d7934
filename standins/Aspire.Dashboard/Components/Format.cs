using System.Globalization;

namespace Aspire.Dashboard.Components;

/// <summary>Times and numbers for people.</summary>
internal static class Format
{
    private const double MicrosecondsInMillisecond = 1_000;

    /// <summary>A duration in two units: <c>3 m 20 s</c>.</summary>
    public static string Long(TimeSpan time) =>
        time.TotalDays >= 1 ? $"{(int)time.TotalDays} d {time.Hours} h"
        : time.TotalHours >= 1 ? $"{time.Hours} h {time.Minutes} m"
        : time.TotalMinutes >= 1 ? $"{time.Minutes} m {time.Seconds} s"
        : $"{Math.Max(0, time.Seconds)} s";

    /// <summary>A duration with three digits: <c>1.23 ms</c>.</summary>
    public static string Short(TimeSpan time) =>
        time.TotalMinutes >= 1 ? Long(time)
        : time.TotalSeconds >= 1 ? $"{Digits(time.TotalSeconds)} s"
        : time.TotalMilliseconds >= 1 ? $"{Digits(time.TotalMilliseconds)} ms"
        : $"{Digits(time.TotalMilliseconds * MicrosecondsInMillisecond)} µs";

    public static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    public static string DateAndTime(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss.ffffff zzz", CultureInfo.InvariantCulture);

    public static string Number(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1_000_000_000 => $"{Digits(value / 1_000_000_000)} G",
        >= 1_000_000 => $"{Digits(value / 1_000_000)} M",
        >= 10_000 => $"{Digits(value / 1_000)} k",
        < 0.001 => value.ToString("0.##e0", CultureInfo.InvariantCulture),
        _ => Digits(value),
    };

    private static string Digits(double value) => value.ToString(
        Math.Abs(value) switch
        {
            >= 100 => "0",
            >= 10 => "0.#",
            >= 1 => "0.##",
            _ => "0.####",
        },
        CultureInfo.InvariantCulture);
}
