# Declares an OCI image of a pipeline: pipeline_image(<pipeline> [<image>] [<keyword> <value>…]…)
#[=[.rst:
.. command:: pipeline_image

  Declares an OCI image, where the one that the template makes is not enough::

    pipeline_image(<pipeline> [<image>] [BASE <base>] [FILES <from>=<to>…] [<keyword> <value>…]…)

  Without ``<image>`` the name is ``image``. The keywords are those of ``cicd explain pipeline_image``.
#]=]
function(pipeline_image)
  _cicd_record_call(${ARGC})
endfunction()
