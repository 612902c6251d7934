namespace Aspire.Dashboard.Tests;

/// <summary>A test that needs Debian's Chromium.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (!File.Exists(Browser.Executable))
        {
            Skip = "Chromium is not installed (apt-get install chromium).";
        }
    }
}
