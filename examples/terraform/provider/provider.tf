terraform {
  required_version = ">= 1.11"

  required_providers {
    byok = {
      source  = "byok/byok"
      version = "~> 0.1"
    }
  }
}

provider "byok" {
  aws {
    region              = "eu-central-1"
    allowed_account_ids = ["111122223333"]

    default_tags {
      tags = { "managed-by" = "byok" }
    }
  }
}
